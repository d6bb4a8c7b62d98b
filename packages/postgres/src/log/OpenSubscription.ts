/** Opens subscriptions (decision 9). */
import { SubscriptionInTransaction } from "@communications/core"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { DatabaseSchema, tables, tablesIn } from "../schema/Tables.ts"
import { makeRunStatement } from "../statements/StorageErrors.ts"

/**
 * Makes the function that opens a subscription. A subscription from `now` begins a new era and reads only entries of
 * that era on, so it costs the same however long the log is. Transactions that have written entries of the previous era
 * may still be open: the function waits for them to end, so that all those entries are committed before it returns.
 * There is one exception: a REPEATABLE READ transaction that began earlier and takes its first step later writes
 * entries of the previous era.
 */
export const makeOpenSubscription = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const run = (yield* makeRunStatement)("Events.open")
  const table = yield* tables
  const history = tablesIn(yield* DatabaseSchema).communication_history

  const insert = (subscription: string, era: string, position: string) => sql`
    INSERT INTO ${table.subscriptions} (subscription, era, position)
    VALUES (${subscription}, ${era}::text::integer, ${position}::bigint)
    ON CONFLICT DO NOTHING`

  const exists = (subscription: string) => sql`
    SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`

  /** Begins an era; returns it with the last position assigned so far. */
  const beginEra = sql<{ readonly era: string; readonly last: string }>`
    UPDATE ${table.log_eras} SET era = era + 1
    RETURNING era::text, (SELECT last::text FROM ${table.log_positions}) AS last`

  /** The open transactions of other connections that have written history. */
  const writers = sql<{ readonly transaction: string }>`
    SELECT DISTINCT virtualtransaction AS transaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation = ${history}::text::regclass`

  const transactionId = run(sql<{ readonly id: string }>`SELECT pg_current_xact_id()::text AS id`)

  /** Whether the handle is in a transaction: then two statements run in the same one. */
  const isInTransaction = Effect.zipWith(transactionId, transactionId, ([one], [other]) => one?.id === other?.id)

  return Effect.fnUntraced(function* (subscription: string, from: "beginning" | "now") {
    if (yield* isInTransaction) return yield* new SubscriptionInTransaction({ subscription })
    if (from === "beginning") return yield* run(insert(subscription, "0", "0"))
    if ((yield* run(exists(subscription))).length > 0) return
    const [next] = yield* run(beginEra)
    if (next === undefined) return yield* Effect.die("the table log_eras has no row")
    // Stored before the wait: a wait that takes too long is repeated, and must not begin a later era.
    yield* run(insert(subscription, next.era, next.last))
    const earlier = (yield* run(writers)).map(({ transaction }) => transaction)
    yield* Effect.repeat(run(writers), {
      until: (open) => !open.some(({ transaction }) => earlier.includes(transaction)),
      schedule: Schedule.spaced("20 millis")
    })
  })
})
