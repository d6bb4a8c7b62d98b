/** How far subscriptions are behind. */
import { mostBacklogs } from "@communications/core"
import { Duration, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { makeRunStatement } from "../statements/StorageErrors.ts"

interface BacklogRow {
  readonly subscription: string
  readonly lag: string
  readonly parked: string
}

/**
 * Makes the statement that finds the first entry after the position of each subscription, or if every entry with a position
 * has been read, the first that has none yet. It reads one entry of the index for each subscription.
 */
export const makeBacklogs = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const runStatement = yield* makeRunStatement
  const table = yield* tables
  return sql<BacklogRow>`
    SELECT s.subscription, coalesce(greatest(0, extract(epoch FROM clock_timestamp() - coalesce(
        (SELECT h.at FROM ${table.communication_history} h WHERE h.position > s.position ORDER BY h.position LIMIT 1),
        (SELECT h.at FROM ${table.communication_history} h WHERE h.position IS NULL AND h.era >= s.era
         ORDER BY h.position, h.era LIMIT 1)
      ))), 0)::text AS lag,
      (SELECT count(*) FROM ${table.parked_events} p
       WHERE p.subscription = s.subscription AND NOT p.released)::text AS parked
    FROM ${table.subscriptions} s ORDER BY s.subscription COLLATE "C" LIMIT ${sql.literal(String(mostBacklogs))}`.pipe(
    runStatement("Events.backlogs"),
    Effect.map((rows) =>
      rows.map(({ subscription, lag, parked }) => ({
        subscription,
        lag: Duration.seconds(Number(lag)),
        parked: Number(parked)
      }))
    )
  )
})
