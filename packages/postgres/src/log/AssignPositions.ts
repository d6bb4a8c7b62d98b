/**
 * Positions in the log (decision 9). An entry is written without a position; the first reader that finds it assigns
 * one. That reader locks `log_positions` until it commits, so if a position is visible, every smaller one is visible
 * too. The order in which transactions began does not matter.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { makeRunStatement } from "../statements/StorageErrors.ts"

/** How many entries one statement assigns positions to, not counting earlier entries of the same communications. */
const chunk = 1_000

/**
 * Makes the function that assigns positions to entries that the subscription may read, and returns whether it found
 * any. It includes earlier entries of the same communications, whatever their era, so that a later step never has a
 * smaller position. Otherwise positions follow the times of the entries. If another reader assigns a position at the
 * same time, the entry keeps that position, which leaves a gap.
 */
export const makeAssignPositions = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const runStatement = yield* makeRunStatement
  const table = yield* tables

  return (subscription: string) =>
    sql<{ readonly found: boolean }>`
      WITH found AS MATERIALIZED (
        SELECT organisation, communication, version FROM ${table.communication_history}
        WHERE position IS NULL
          AND era >= (SELECT era FROM ${table.subscriptions} WHERE subscription = ${subscription})
        ORDER BY position, era LIMIT ${sql.literal(String(chunk))} -- in the order of the index, so that the planner uses it
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
      ), reserved AS (
        UPDATE ${table.log_positions} l SET last = l.last + counted.entries FROM counted WHERE counted.entries > 0
        RETURNING l.last - counted.entries AS last
      ), numbered AS (
        UPDATE ${table.communication_history} h SET position = reserved.last + entries.rank
        FROM entries, reserved
        WHERE h.organisation = entries.organisation AND h.communication = entries.communication
          AND h.version = entries.version AND h.position IS NULL
      )
      SELECT entries > 0 AS found FROM counted`.pipe(
      runStatement("Events.claim"),
      Effect.map(([row]) => row?.found === true)
    )
})
