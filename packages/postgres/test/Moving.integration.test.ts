/** The log does not depend on transaction ids, and so can be moved to another cluster (decision 9). */

import { aDraft } from "@communications/core/testing"
import type { PgClient } from "@effect/sql-pg"
import { assert, it, vi } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { type Given, given } from "./log.ts"
import { cluster, movedTo, readOnFrom, takeSteps, transactionId } from "./moving.ts"

vi.setConfig({ testTimeout: 120_000 })

/** The tables in an order in which no row refers to a row of a later table. */
const tables = [
  ...["organisations", "users", "contact_information", "communications", "communication_history"],
  ...["communication_numbers", "sessions", "attempts", "subscriptions", "parked_events", "log_eras", "log_positions"]
]

/** Copies every row, as dump and restore do. */
const copy = Effect.fnUntraced(function* (from: PgClient.PgClient, to: PgClient.PgClient) {
  const stored = yield* from<{ readonly name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'communications' AND tablename <> 'communications_migrations'`
  assert.sameMembers(
    stored.map(({ name }) => name),
    tables
  )
  yield* to`TRUNCATE log_eras, log_positions`
  for (const table of tables) {
    const [dump] = yield* from<{ readonly rows: string }>`
      SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${from(table)} AS t`
    yield* to`
      INSERT INTO ${to(table)} SELECT * FROM json_populate_recordset(NULL::${to(table)}, ${dump?.rows ?? ""}::text::json)`
  }
})

it.live("delivers every event once after dump and restore to clusters with smaller and larger transaction ids", () =>
  Effect.gen(function* () {
    const [younger, older] = [yield* cluster(0), yield* cluster(20_000)]
    const here = yield* given(6, older.newDatabase)
    const [fifth = aDraft(), sixth = aDraft()] = here.drafts.slice(4)
    const before = yield* takeSteps(here)
    assert.sameMembers(before, ["0/1", "1/1", "2/1", "3/1", "4/1", "5/1", "0/2"])

    const there = yield* movedTo(here, yield* younger.newDatabase)
    yield* copy(here.sql, there.sql)
    assert.isBelow(yield* transactionId(there.sql), (yield* transactionId(here.sql)) - 10_000)
    yield* there.completing(fifth)
    const between = yield* readOnFrom(before, there)
    assert.sameMembers(between, [...before, "1/2", "2/2", "3/2", "4/2"])

    const back = yield* movedTo(here, yield* older.newDatabase)
    yield* copy(there.sql, back.sql)
    yield* back.completing(sixth)
    assert.deepStrictEqual(yield* readOnFrom(between, back), [...between, "5/2"])
  })
)

it.live("delivers every event once after logical replication, even if written and read meanwhile", () =>
  Effect.gen(function* () {
    const [source, target] = [yield* cluster(20_000), yield* cluster(0)]
    const here = yield* given(6, source.newDatabase)
    const [fifth = aDraft(), sixth = aDraft()] = here.drafts.slice(4)
    const there = yield* movedTo(here, yield* target.newDatabase)
    yield* there.sql`TRUNCATE log_eras, log_positions, communications_migrations`
    yield* here.sql`CREATE PUBLICATION moving FOR ALL TABLES`
    const { hostname, port, username, pathname } = new URL(here.url)
    const connection = `host=${hostname} port=${port} user=${username} dbname=${pathname.slice(1)}`
    yield* there.sql.unsafe(`CREATE SUBSCRIPTION moving CONNECTION '${connection}' PUBLICATION moving`)

    const before = yield* takeSteps(here)
    yield* here.completing(fifth)
    const state = ({ sql }: Pick<Given, "sql">) => sql`
      SELECT (SELECT count(*)::text FROM communication_history) AS entries,
        (SELECT count(position)::text FROM communication_history) AS positions,
        (SELECT count(*)::text FROM communications WHERE life_cycle_state = 'COMPLETED') AS completed,
        (SELECT count(*)::text FROM contact_information) AS contacts,
        (SELECT era::text FROM log_eras) AS era, (SELECT last::text FROM log_positions) AS last,
        (SELECT string_agg(s::text, ' ' ORDER BY subscription) FROM subscriptions s) AS subscriptions`
    const expected = yield* state(here)
    yield* Effect.repeat(state(there), {
      until: (found) => JSON.stringify(found) === JSON.stringify(expected),
      schedule: Schedule.spaced("50 millis")
    })
    yield* there.sql`DROP SUBSCRIPTION moving`

    yield* there.completing(sixth)
    const all = yield* readOnFrom(before, there)
    assert.sameMembers(all, [...before, "1/2", "2/2", "3/2", "4/2", "5/2"])
  })
)
