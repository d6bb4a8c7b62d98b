import { Events } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { assert, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import pg from "pg"
import { given, reader } from "./log.ts"

vi.setConfig({ testTimeout: 60_000 })

it.live("an event that is retried while a process removes another, finished one is delivered", () =>
  Effect.gen(function* () {
    const here = yield* given(2)
    const { holder } = reader(here)
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new pg.Pool({ connectionString: here.url })),
      (pool) => Effect.promise(() => pool.end())
    )
    const failure = { error: "Error: the letter could not be sent", attempts: 3 }
    const recorded = yield* here.events.claim(holder, "all", 10)
    for (const entry of recorded) yield* here.events.park(holder, entry, failure)
    const [finished, retried] = yield* here.events.parked("mail")
    if (finished === undefined || retried === undefined) return assert.fail("expected two parked events")
    yield* here.events.discard("mail", finished.event.id)

    const execute = Postgres.fromPg(pool)
    let removals = 0
    const interrupted: Postgres.Execute = Object.assign(
      async (text: string, parameters: ReadonlyArray<unknown>) => {
        if (text.trim().startsWith("DELETE FROM") && removals++ === 0) {
          await Effect.runPromise(here.events.retry("mail", retried.event.id))
        }
        return execute(text, parameters)
      },
      { concurrency: 10 }
    )
    const delivered = yield* Effect.flatMap(Events, (events) => events.claim(holder, "all", 10)).pipe(
      Effect.provide(Postgres.layerHost(interrupted))
    )
    assert.deepStrictEqual(
      delivered.map(({ event }) => event),
      [retried.event]
    )
    assert.isAbove(removals, 0)
  })
)
