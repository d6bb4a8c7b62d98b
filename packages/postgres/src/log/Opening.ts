/** The beginning of subscriptions. */
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { DatabaseSchema, tables, tablesIn } from "../schema/Tables.ts"
import { statement } from "../statements/StorageErrors.ts"

/**
 * Makes the function that begins a subscription. From now on, it begins a new era in which all later entries are
 * written, whatever the number of entries before. Transactions that took steps in the era before may still be open: it
 * waits for their end, so that each of their steps is committed before it returns. A transaction that is REPEATABLE READ,
 * began before and takes its first step afterwards is the one exception: its entries are of the era before.
 */
export const opening = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const history = tablesIn(yield* DatabaseSchema).communication_history

  const insert = (subscription: string, era: number, position: string) => sql`
    INSERT INTO ${table.subscriptions} (subscription, era, position)
    VALUES (${subscription}, ${era}::integer, ${position}::bigint)
    ON CONFLICT DO NOTHING`

  const exists = (subscription: string) => sql`
    SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`

  /** A new era, and the last position that was given before. */
  const beginEra = sql<{ readonly era: number; readonly last: string }>`
    UPDATE ${table.log_eras} SET era = era + 1
    RETURNING era, (SELECT last::text FROM ${table.log_positions}) AS last`

  /** The transactions of others that have written history and are open. */
  const writers = sql<{ readonly transaction: string }>`
    SELECT DISTINCT virtualtransaction AS transaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation = ${history}::text::regclass`

  return Effect.fnUntraced(function* (subscription: string, from: "beginning" | "now") {
    if (from === "beginning") return yield* statement("events.open")(insert(subscription, 0, "0"))
    if ((yield* statement("events.open")(exists(subscription))).length > 0) return
    const [begun] = yield* statement("events.open")(beginEra)
    if (begun === undefined) return yield* Effect.die("the log has no era")
    const before = (yield* statement("events.open")(writers)).map(({ transaction }) => transaction)
    yield* Effect.repeat(statement("events.open")(writers), {
      until: (open) => !open.some(({ transaction }) => before.includes(transaction)),
      schedule: Schedule.spaced("20 millis")
    })
    yield* statement("events.open")(insert(subscription, begun.era, begun.last))
  })
})
