/** Events that a subscription has set aside, because its handler failed too often. */
import {
  type EventId,
  type Holder,
  type LogEntry,
  type ParkedEvent,
  type SubscribedSteps,
  SubscriptionTaken
} from "@communications/core"
import { Duration, Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { isoOf } from "../statements/Columns.ts"
import { makeRunStatement } from "../statements/StorageErrors.ts"
import { communicationOf, type EventRow, eventColumns, fromEventRow } from "./EventRows.ts"

/** The position of a released event: its organisation, communication and version. Positions in the log are numbers. */
const releasedPosition = ({ organisation, communication, version }: LogEntry["event"]) =>
  `${organisation} ${communication} ${version}`

/** Whether the position is that of a released event. */
export const isReleasedPosition = (position: string): boolean => position.includes(" ")

/** The time that a lease lasts, as an interval. */
export const leaseOf = ({ lease }: Holder): string => `${Duration.toMillis(lease)} milliseconds`

/** Whether the entry `h` is one of these steps. */
export const isOfSteps = (sql: SqlClient.SqlClient, steps: SubscribedSteps): Statement.Fragment =>
  steps === "all" ? sql`true` : sql`h."from" IS NOT NULL AND h."to" = 'COMPLETED'`

/** Makes the statements on parked events. Only the holder of the lease moves the position or removes a row. */
export const makeParkedEvents = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const runStatement = yield* makeRunStatement
  const table = yield* tables

  /** Extends the lease, and stores a position in the log unless it is `null`; returns no row without the lease. */
  const renew = (holder: Holder, position: string | null) => sql`
    UPDATE ${table.subscriptions}
    SET held_until = statement_timestamp() + ${leaseOf(holder)}::interval, position = coalesce(${position}::bigint, position)
    WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}
    RETURNING subscription`

  /** The entries `h` of the released event `p` that the subscription `s` has passed in the log. */
  const passed = (steps: SubscribedSteps) => sql`
    SELECT * FROM ${table.communication_history} h
    WHERE h.organisation = p.organisation AND h.communication = p.communication AND h.version >= p.version
      AND h.position <= s.position AND ${isOfSteps(sql, steps)}
    ORDER BY h.version`

  return {
    renew,

    /** Whether the entry `h` is neither parked nor waits after a parked event. */
    isNotParked: (subscription: string) => sql`
      (SELECT 1 FROM ${table.parked_events} p
       WHERE p.organisation = h.organisation AND p.communication = h.communication AND p.subscription = ${subscription}
       LIMIT 1) IS NULL`,

    /** Whether the subscription has released events. */
    someReleased: (subscription: string) => sql`
      EXISTS (SELECT FROM ${table.parked_events} p WHERE p.subscription = ${subscription} AND p.released)`,

    /** Returns the events of one released communication; if the subscription has caught up with it, removes its row. */
    claimReleased: Effect.fnUntraced(function* (holder: Holder, steps: SubscribedSteps, limit: number) {
      const { subscription } = holder
      const rows = yield* sql<EventRow>`
        SELECT ${eventColumns(sql)}
        FROM (
          SELECT p.*, s.position FROM ${table.parked_events} p JOIN ${table.subscriptions} s USING (subscription)
          WHERE p.subscription = ${subscription} AND p.released AND EXISTS (${passed(steps)})
          ORDER BY p.organisation, p.communication LIMIT 1
        ) AS p, LATERAL (SELECT p.position) AS s, LATERAL (${passed(steps)} LIMIT ${limit}::bigint) AS h,
          LATERAL (${communicationOf(sql, table.communications)}) AS c
        ORDER BY h.version`.pipe(runStatement("Events.claim"))
      const entries = yield* Effect.forEach(rows, fromEventRow)
      if (entries.length > 0) return entries.map(({ event }) => ({ event, position: releasedPosition(event) }))
      yield* sql`
        DELETE FROM ${table.parked_events} p USING ${table.subscriptions} s
        WHERE p.subscription = ${subscription} AND p.released AND s.subscription = p.subscription
          AND s.holder = ${holder.holder} AND NOT EXISTS (${passed(steps)})`.pipe(runStatement("Events.claim"))
      return []
    }),

    /** Renews the lease, and moves a released event past its position. */
    settle: Effect.fnUntraced(function* (holder: Holder, position: string) {
      const [organisation = "", communication = "", version = ""] = position.split(" ")
      const settled = yield* sql`
        WITH renewed AS (${renew(holder, null)}), moved AS (
          UPDATE ${table.parked_events} p SET version = ${version}::integer + 1
          FROM renewed
          WHERE p.organisation = ${organisation}::uuid AND p.communication = ${communication}::uuid
            AND p.subscription = renewed.subscription AND p.released
        )
        SELECT 1 FROM renewed`.pipe(runStatement("Events.settle"))
      if (settled.length === 0) return yield* new SubscriptionTaken({ subscription: holder.subscription })
    }),

    /** Parks an event in one statement with the position. */
    park: Effect.fnUntraced(function* (
      holder: Holder,
      { event, position }: LogEntry,
      { error, attempts }: Pick<ParkedEvent, "error" | "attempts">
    ) {
      const parked = yield* sql`
        WITH renewed AS (${renew(holder, isReleasedPosition(position) ? null : position)})
        INSERT INTO ${table.parked_events} (
          organisation, communication, subscription, version, event, error, attempts, parked_at
        )
        SELECT ${event.organisation}::uuid, ${event.communication}::uuid, renewed.subscription, ${event.version}::integer,
          ${event.id}::uuid, ${error}::text, ${attempts}::integer, statement_timestamp()
        FROM renewed
        ON CONFLICT (organisation, communication, subscription) DO UPDATE SET version = EXCLUDED.version,
          event = EXCLUDED.event, error = EXCLUDED.error, attempts = EXCLUDED.attempts, parked_at = EXCLUDED.parked_at,
          released = false
        RETURNING 1`.pipe(runStatement("Events.park"))
      if (parked.length === 0) return yield* new SubscriptionTaken({ subscription: holder.subscription })
    }),

    /** Returns the parked events of a subscription. */
    list: Effect.fnUntraced(function* (subscription: string) {
      const rows = yield* sql<
        EventRow & { readonly error: string; readonly attempts: string; readonly parked_at: string }
      >`
        SELECT ${eventColumns(sql)}, p.error, p.attempts::text, ${isoOf(sql)("p.parked_at")} AS parked_at
        FROM (
          SELECT * FROM ${table.parked_events} WHERE subscription = ${subscription} AND NOT released
          ORDER BY parked_at, organisation, communication LIMIT 1000
        ) AS p
        JOIN ${table.communication_history} h USING (organisation, communication, version),
          LATERAL (${communicationOf(sql, table.communications)}) AS c
        ORDER BY p.parked_at, p.organisation, p.communication`.pipe(runStatement("Events.parked"))
      return yield* Effect.forEach(rows, ({ error, attempts, parked_at, ...row }) =>
        Effect.map(
          fromEventRow(row),
          ({ event }): ParkedEvent => ({ event, error, attempts: Number(attempts), parked_at })
        )
      )
    }),

    /** Lets a parked event be delivered again, or with `skipped` 1, only those after it. */
    release: (subscription: string, event: EventId, skipped: 0 | 1) =>
      sql`
        UPDATE ${table.parked_events} SET version = version + ${skipped}::integer, released = true
        WHERE subscription = ${subscription} AND event = ${event}::uuid AND NOT released
        RETURNING 1`.pipe(
        runStatement(skipped === 0 ? "Events.retry" : "Events.discard"),
        Effect.map((rows) => rows.length > 0)
      ),

    /** Lets every parked event be delivered again. */
    releaseAll: (subscription: string) =>
      sql<{ readonly count: string }>`
        WITH released AS (
          UPDATE ${table.parked_events} SET released = true WHERE subscription = ${subscription} AND NOT released RETURNING 1
        )
        SELECT count(*)::text AS count FROM released`.pipe(
        runStatement("Events.retryAll"),
        Effect.map(([row]) => Number(row?.count))
      )
  }
})
