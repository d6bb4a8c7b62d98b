/** What happens between two statements of one call. */
import { Events } from "@communications/core"
import { freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import pg from "pg"
import { type Given, given, reader } from "./log.ts"

const failure = { error: "Error: the letter could not be sent", attempts: 3 }

/** The ports on the database, of which the first statement of a kind runs after something else has happened. */
const portsAfter = Effect.fnUntraced(function* (
  { url }: Given,
  isMeant: (statement: string) => boolean,
  before: Effect.Effect<unknown, unknown>
) {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new pg.Pool({ connectionString: url })),
    (pool) => Effect.promise(() => pool.end())
  )
  const execute = Postgres.fromPg(pool)
  let count = 0
  const interrupted: Postgres.Execute = Object.assign(
    async (text: string, parameters: ReadonlyArray<unknown>) => {
      if (isMeant(text) && count++ === 0) await Effect.runPromise(before)
      return execute(text, parameters)
    },
    { concurrency: 10 }
  )
  return Postgres.layerHost(interrupted)
})

it.live("an event that is retried while the row of a finished one is removed is delivered", () =>
  Effect.gen(function* () {
    const here = yield* given(2)
    const { holder } = reader(here)
    const recorded = yield* here.events.claim(holder, "all", 10)
    for (const entry of recorded) yield* here.events.park(holder, entry, failure)
    const [finished, retried] = yield* here.events.parked("mail")
    if (finished === undefined || retried === undefined) return assert.fail("expected two parked events")
    yield* here.events.discard("mail", finished.event.id)
    const retry = here.events.retry("mail", retried.event.id)
    const ports = yield* portsAfter(here, (text) => /^\s*DELETE FROM/.test(text), retry)
    const delivered = yield* Effect.flatMap(Events, (events) => events.claim(holder, "all", 10)).pipe(
      Effect.provide(ports)
    )
    assert.deepStrictEqual(
      delivered.map(({ event }) => event),
      [retried.event]
    )
  })
)

it.live("an event that another subscription finds while a parked communication is skipped is delivered", () =>
  Effect.gen(function* () {
    const here = yield* given(2)
    const [parked, free] = here.drafts
    if (parked === undefined || free === undefined) return assert.fail("expected two drafts")
    const nothing = yield* portsAfter(here, () => false, Effect.void)
    // What must not count: the same id of another organisation, and the same communication parked by another subscription.
    yield* Effect.provide(store(freshOrganisation(), free), nothing)
    yield* here.events.open("other", "beginning")
    const [{ holder: mail }, { holder: other }] = [reader(here), reader(here, { subscription: "other" })]
    for (const holder of [mail, other]) {
      for (const entry of yield* here.events.claim(holder, "all", 10)) {
        const isFree = entry.event.organisation === here.organisation && entry.event.communication === free.id
        if (isFree === (holder === mail)) yield* here.events.settle(holder, entry.position)
        else yield* here.events.park(holder, entry, failure)
      }
    }
    yield* here.completing(parked)
    const [waiting] = yield* here.events.claim(other, "all", 1)
    yield* here.events.settle(other, waiting?.position ?? null)
    const found = Effect.andThen(here.completing(free), here.events.claim(other, "all", 10))
    const ports = yield* portsAfter(here, (text) => /SET position = next\.position/.test(text), found)
    const delivered = yield* Effect.flatMap(Events, (events) => events.claim(mail, "all", 10)).pipe(
      Effect.provide(ports)
    )
    assert.deepStrictEqual(
      delivered.map(({ event }) => [event.organisation, event.communication, event.to]),
      [[here.organisation, free.id, "COMPLETED"]]
    )
  })
)

it.live("a reader that has lost its lease meanwhile skips nothing that the next one has not handled", () =>
  Effect.gen(function* () {
    const here = yield* given(2)
    const [{ holder: late }, { holder: next }, { holder: last }] = [reader(here), reader(here), reader(here)]
    const entries = yield* here.events.claim(next, "all", 10)
    yield* here.events.release(next)
    const takeOver = Effect.andThen(here.events.release(late), here.events.claim(next, "all", 10))
    const ports = yield* portsAfter(here, (text) => /SET position = next\.position/.test(text), takeOver)
    yield* Effect.flatMap(Events, (events) => events.claim(late, "completions", 10)).pipe(
      Effect.provide(ports),
      Effect.flip
    )
    yield* here.events.release(next)
    assert.deepStrictEqual(yield* here.events.claim(last, "all", 10), entries)
  })
)
