/** The migration of a database of version 0.1.0, which has a separate table of events. */
import { inspect } from "node:util"
import { Communications, completion, Events, type UserId } from "@communications/core"
import { aDraft, anAct, freshOrganisation } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { open, reader } from "./log.ts"

const organisation = freshOrganisation()
const act: { readonly by: UserId } = anAct()

/** The schema of version 0.1.0: all earlier migrations. */
const before = Postgres.migrationsSql().slice(0, -Postgres.migrationsSql({ after: 4 }).length)

/** A database of version 0.1.0 with five drafts. */
const given = Effect.gen(function* () {
  const url = yield* freshDatabase
  const client = yield* Layer.build(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 }))
  const sql = Context.get(client, PgClient.PgClient)
  for (const text of before.split(";\n\n")) yield* sql.unsafe(text)
  const [contact, drafts] = [aDraft().contact_information, [1, 2, 3, 4, 5].map((number) => aDraft(String(number)))]
  yield* sql`
    INSERT INTO contact_information (organisation, id, type, life_cycle_state, name, first_name, last_name, demographics)
    VALUES (${organisation}::uuid, ${contact.id}::uuid, 'PERSON', 'MARKETING', 'Ada Lovelace', 'Ada', 'Lovelace', '{}')`
  for (const { id, number } of drafts) {
    yield* sql`
      INSERT INTO communications
        (organisation, id, number, life_cycle_state, created_at, direction, media, contact_information)
      VALUES (${organisation}::uuid, ${id}::uuid, ${number}, 'DRAFT', now(), 'OUTGOING', 'SMS', ${contact.id}::uuid)`
    yield* sql`
      INSERT INTO communication_history (organisation, communication, version, "to", at, by)
      VALUES (${organisation}::uuid, ${id}::uuid, 1, 'DRAFT', now(), ${act.by}::uuid)`
  }
  /** The statement of version 0.1.0. */
  const completing = (index: number) => sql`
    WITH updated AS (
      UPDATE communications SET version = version + 1, life_cycle_state = 'COMPLETED', completed_at = now(),
        completed_by = ${act.by}::uuid, told_in = greatest(told_in, pg_current_xact_id())
      WHERE id = ${drafts[index]?.id ?? ""}::uuid RETURNING organisation, id, version, told_in
    ), emitted AS (
      INSERT INTO events (transaction, type, payload_version, organisation, communication, at, by)
      SELECT told_in, 'CommunicationCompleted', 1, organisation, id, now(), ${act.by}::uuid FROM updated
    )
    INSERT INTO communication_history (organisation, communication, version, "from", "to", at, by)
    SELECT organisation, id, version, 'DRAFT', 'COMPLETED', now(), ${act.by}::uuid FROM updated`
  /** A subscription that has read this many events. */
  const subscribing = (subscription: string, read: number) => sql`
    INSERT INTO subscriptions (subscription, transaction, position)
    SELECT ${subscription}, transaction, position FROM (
      SELECT transaction, position, row_number() OVER (ORDER BY transaction, position) AS rank FROM events
      UNION ALL SELECT '0', 0, 0
    ) AS event WHERE rank = ${read}`
  const ports = Layer.build(Postgres.layer).pipe(Effect.provide(client))
  return { sql, drafts, completing, subscribing, ports, migrate: Effect.provide(Postgres.migrate, client) }
})

it.live("a subscription gets every event that it has not read, and no other", () =>
  Effect.gen(function* () {
    const here = yield* given
    const { sql, drafts, completing, subscribing } = here
    yield* completing(0)
    yield* completing(1)
    for (const [subscription, read] of [["beginning", 0] as const, ["middle", 1] as const, ["end", 2] as const]) {
      yield* subscribing(subscription, read)
    }
    const earlier = yield* open({ sql }, completing(3))
    yield* completing(2)
    yield* earlier.run
    const migrating = yield* Effect.forkChild(here.migrate, { startImmediately: true })
    const waiting = sql`SELECT FROM pg_locks WHERE NOT granted AND relation = 'communication_history'::regclass`
    yield* Effect.repeat(waiting, { until: ({ length }) => length === 1 })
    yield* earlier.commit
    yield* Fiber.join(migrating)

    yield* Effect.gen(function* () {
      const [events, communications] = [yield* Events, yield* Communications]
      const read = Effect.fnUntraced(function* (subscription: string, steps: "all" | "completions" = "completions") {
        const { seen, readOn } = reader({ events }, { subscription, steps })
        yield* readOn
        yield* readOn
        return seen.map(({ number, version }) => (steps === "all" ? `${number}/${version}` : number))
      })
      assert.deepStrictEqual(yield* read("middle"), ["2", "4", "3"])
      assert.deepStrictEqual(yield* read("end"), ["4", "3"])
      assert.deepStrictEqual(yield* read("beginning"), ["1", "2", "4", "3"])
      yield* events.open("new", "beginning")
      const all = yield* read("new", "all")
      assert.sameMembers(all, ["1/1", "1/2", "2/1", "2/2", "3/1", "3/2", "4/1", "4/2", "5/1"])
      for (const number of [1, 2, 3, 4]) assert.isBelow(all.indexOf(`${number}/1`), all.indexOf(`${number}/2`))
      yield* communications.take(
        organisation,
        { _tag: "Number", number: drafts[4]?.number ?? aDraft().number },
        completion,
        anAct()
      )
      for (const subscription of ["beginning", "middle", "end"]) {
        yield* sql`UPDATE subscriptions SET holder = NULL`
        assert.deepStrictEqual(yield* read(subscription), ["5"])
      }
    }).pipe(Effect.provide(yield* here.ports))
  })
)

it.live("without subscriptions, no entry gets a position", () =>
  Effect.gen(function* () {
    const here = yield* given
    yield* here.completing(0)
    yield* here.migrate
    const positions = yield* here.sql`SELECT count(position)::integer AS count FROM communication_history`
    assert.deepStrictEqual(positions, [{ count: 0 }])
  })
)

it.live("migrate fails if its snapshot could miss events, and succeeds in a READ COMMITTED transaction", () =>
  Effect.gen(function* () {
    const here = yield* given
    yield* here.subscribing("beginning", 0)
    yield* here.completing(0)
    const isolated = here.sql.withTransaction(
      Effect.andThen(here.sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`, here.migrate)
    )
    assert.include(inspect(yield* Effect.flip(isolated), { depth: null }), "this one is REPEATABLE READ")
    yield* here.migrate
    const positions = yield* here.sql`SELECT count(position)::integer AS count FROM communication_history`
    assert.deepStrictEqual(positions, [{ count: 2 }])
  })
)
