import { Events, subscribe } from "@communications/core"
import { aDraft, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { runCommand } from "./runCommand.ts"

it.live(
  "the command line lists, retries and discards the parked events of a subscription",
  Effect.fnUntraced(function* () {
    const url = yield* freshDatabase
    const cli = (line: string) => Effect.promise(() => runCommand(line.split(" "), { DATABASE_URL: url }))
    const ports = yield* Layer.build(
      Postgres.layer.pipe(
        Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
        Layer.provide(Layer.succeed(Postgres.DatabaseSchema, "public")),
        Layer.provide(PgClient.layer({ url: Redacted.make(url) }))
      )
    )
    const handled: Array<string> = []
    let isPoisoned = true
    const nothing = () => Effect.void
    const running = yield* subscribe({
      ...{ subscription: "letters", steps: "all", attempts: 1, every: "20 millis", onError: nothing },
      handler: ({ number }) =>
        isPoisoned ? Effect.die(new Error("no such address")) : Effect.sync(() => handled.push(number))
    }).pipe(Effect.provide(ports), Effect.forkChild)
    yield* Effect.forEach(["1", "2"], (number) => store(freshOrganisation(), aDraft(number))).pipe(
      Effect.provide(ports)
    )
    const parked = yield* Effect.flatMap(Events, (events) => events.parked("letters")).pipe(
      Effect.repeat({ until: (found) => found.length === 2, schedule: Schedule.spaced("20 millis") }),
      Effect.provide(ports)
    )

    const { stdout, ...listed } = yield* cli("events parked --subscription letters")
    assert.deepStrictEqual(listed, { code: 0, stderr: '2 parked events of "letters".\n' })
    const lines = stdout.trimEnd().split("\n")
    assert.lengthOf(lines, 2)
    for (const [index, { event }] of parked.entries()) {
      const { id, organisation, number } = event
      assert.deepInclude(JSON.parse(lines[index] ?? ""), {
        ...{ id, organisation, number, from: null, to: "DRAFT", attempts: 1, error: "Error: no such address" }
      })
    }

    for (const command of ["parked", "retry --all", `retry --event ${freshId()}`, `discard --event ${freshId()}`]) {
      const { code, stderr } = yield* cli(`events ${command} --subscription leters`)
      assert.deepStrictEqual(
        [code, stderr],
        [1, 'There is no subscription "leters": those that exist are "letters".\n']
      )
    }

    isPoisoned = false
    const [first, second] = parked.map(({ event }) => event)
    const change = (method: string, id = "") => cli(`events ${method} --subscription letters --event ${id}`)
    assert.strictEqual((yield* change("retry", first?.id)).code, 0)
    assert.strictEqual((yield* change("discard", second?.id)).code, 0)
    for (const method of ["retry", "discard"]) {
      for (const id of [freshId(), "nonsense", second?.id]) {
        const { code, stderr } = yield* change(method, id)
        assert.strictEqual(code, 1)
        assert.match(stderr, /^"letters" has no parked event ".*": list them with events parked\.\n$/)
      }
    }
    yield* Effect.repeat(
      Effect.sync(() => handled.length),
      { until: (count) => count > 0, schedule: Schedule.spaced("20 millis") }
    )
    assert.deepStrictEqual(
      handled,
      parked.slice(0, 1).map(({ event }) => event.number)
    )
    assert.strictEqual((yield* cli("events parked --subscription letters")).stderr, '0 parked events of "letters".\n')

    isPoisoned = true
    yield* Effect.provide(store(freshOrganisation(), aDraft("3")), ports)
    yield* Effect.flatMap(Events, (events) => events.parked("letters")).pipe(
      Effect.repeat({ until: (found) => found.length === 1, schedule: Schedule.spaced("20 millis") }),
      Effect.provide(ports)
    )
    isPoisoned = false
    const { id } = parked[0]?.event ?? { id: "" }
    for (const wrong of ["", ` --all --event ${id}`]) {
      const { code, stderr } = yield* cli(`events retry --subscription letters${wrong}`)
      assert.deepStrictEqual([code, stderr], [1, "Pass either --event or --all.\n"])
    }
    const all = yield* cli("events retry --subscription letters --all")
    assert.strictEqual(all.stdout, "The subscription delivers 1 parked event again.\n")
    yield* Effect.repeat(
      Effect.sync(() => handled.length),
      { until: (count) => count > 1, schedule: Schedule.spaced("20 millis") }
    )
    assert.strictEqual(handled.at(-1), "3")
    yield* Fiber.interrupt(running)
  }),
  120_000
)
