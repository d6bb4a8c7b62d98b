/**
 * Positions in the log. An entry gets its position when a reader first finds it, under a lock that is kept until the
 * position is committed. So whoever sees a position sees every smaller one, and nothing depends on the order in which
 * transactions began.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { statement } from "../statements/StorageErrors.ts"

/** How many entries get a position in one statement. */
const chunk = 1_000

/**
 * Makes the function that gives positions to entries that the subscription may read, and tells whether there were any.
 * Earlier entries of the same communications get theirs as well, of whatever era, so that a later step never has a
 * smaller position. Otherwise they are in the order of their times. An entry that another reader numbered meanwhile
 * keeps its position, which leaves a gap.
 */
export const numbering = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables

  return (subscription: string) =>
    sql<{ readonly found: number }>`
      WITH found AS MATERIALIZED (
        SELECT organisation, communication, version FROM ${table.communication_history}
        WHERE position IS NULL
          AND era >= (SELECT era FROM ${table.subscriptions} WHERE subscription = ${subscription})
        ORDER BY position, era LIMIT ${sql.literal(String(chunk))} -- the order of the index, so that it is used
      ), latest AS MATERIALIZED (
        SELECT organisation, communication, max(version) AS version FROM found GROUP BY organisation, communication
      ), entries AS MATERIALIZED (
        SELECT organisation, communication, version, row_number() OVER (ORDER BY at, organisation, communication, version) AS rank
        FROM (
          SELECT h.organisation, h.communication, h.version, max(h.at) OVER earlier AS at
          FROM latest, LATERAL (
            SELECT organisation, communication, version, at FROM ${table.communication_history} h
            WHERE h.organisation = latest.organisation AND h.communication = latest.communication
              AND h.version <= latest.version AND h.position IS NULL
            OFFSET 0
          ) AS h
          WINDOW earlier AS (PARTITION BY h.organisation, h.communication ORDER BY h.version)
        ) AS h
      ), counted AS MATERIALIZED (
        SELECT count(*) AS entries FROM entries
      ), turn AS (
        UPDATE ${table.log_positions} l SET last = l.last + counted.entries FROM counted WHERE counted.entries > 0
        RETURNING l.last - counted.entries AS last
      ), numbered AS (
        UPDATE ${table.communication_history} h SET position = turn.last + entries.rank
        FROM entries, turn
        WHERE h.organisation = entries.organisation AND h.communication = entries.communication
          AND h.version = entries.version AND h.position IS NULL
      )
      SELECT entries::integer AS found FROM counted`.pipe(
      statement("events.take"),
      Effect.map(([row]) => row !== undefined && row.found > 0)
    )
})
