import { Events, type Holder, type SubscribedSteps, SubscriptionTaken } from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import type { Shares } from "../statements/Shares.ts"
import { makeRunStatement, timeLimit, withTimeLimit } from "../statements/StorageErrors.ts"
import { makeAssignPositions } from "./AssignPositions.ts"
import { makeBacklogs } from "./Backlogs.ts"
import { communicationOf, type EventRow, eventColumns, fromEventRow } from "./EventRows.ts"
import { makeOpenSubscription } from "./OpenSubscription.ts"
import { isOfSteps, isReleasedPosition, leaseOf, makeParkedEvents } from "./ParkedEvents.ts"

/** How many entries one statement skips at most. */
const maxSkipped = 10_000

/**
 * The row of a subscription without an entry to deliver; `skippable` means that there are entries to skip, `released`
 * that there are parked events to deliver first.
 */
interface NoEntry {
  readonly position: null
  readonly skippable: boolean
  readonly released: boolean
}

/** Events in PostgreSQL (decision 9). Leases use the database's clock, which all processes share. */
export const layer: Layer.Layer<Events, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Events,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables
    const openSubscription = yield* makeOpenSubscription
    const assignPositions = yield* makeAssignPositions

    const parkedEvents = yield* makeParkedEvents
    const backlogs = yield* makeBacklogs

    /** Whether the subscription delivers the entry `h` from the log. */
    const isDelivered = ({ subscription }: Holder, steps: SubscribedSteps) =>
      sql`${isOfSteps(sql, steps)} AND ${parkedEvents.isNotParked(subscription)}`

    /** The next entries after the position of a subscription. */
    const nextEntries = (subscription: string) => sql`
      SELECT * FROM ${table.communication_history} h WHERE h.position > ${sql.literal(subscription)}.position
      ORDER BY h.position LIMIT ${sql.literal(String(maxSkipped))}`

    /** Takes or extends the lease and reads the next entries to deliver; returns no row if it cannot take the lease. */
    const read = (holder: Holder, steps: SubscribedSteps, limit: number) => sql<EventRow | NoEntry>`
      WITH leased AS (
        UPDATE ${table.subscriptions}
        SET holder = ${holder.holder}, held_until = statement_timestamp() + ${leaseOf(holder)}::interval
        WHERE subscription = ${holder.subscription}
          AND (holder IS NULL OR holder = ${holder.holder} OR held_until <= statement_timestamp())
        RETURNING era, position, ${parkedEvents.someReleased(holder.subscription)} AS released
      )
      SELECT next.*, leased.released, next.position IS NULL AND (
          SELECT h.position FROM ${table.communication_history} h WHERE h.position > leased.position
          ORDER BY h.position LIMIT 1
        ) IS NOT NULL AS skippable
      FROM leased LEFT JOIN LATERAL (
        SELECT ${eventColumns(sql)}
        FROM (
          SELECT * FROM (${nextEntries("leased")}) AS h 
          WHERE NOT leased.released AND h.era >= leased.era AND ${isDelivered(holder, steps)}
          ORDER BY h.position LIMIT ${limit}::bigint
        ) AS h, LATERAL (${communicationOf(sql, table.communications)}) AS c
        ORDER BY h.position
      ) AS next ON true`

    /** Moves a subscription past entries that it does not deliver, up to the next entry that it delivers. */
    const skipEntries = (by: Holder, steps: SubscribedSteps) => sql`
      UPDATE ${table.subscriptions} s SET position = next.position
      FROM (
        SELECT coalesce(
          min(h.position) FILTER (WHERE h.era >= s.era AND ${isDelivered(by, steps)}) - 1, max(h.position)
        ) AS position
        FROM ${table.subscriptions} s, LATERAL (${nextEntries("s")}) AS h
        WHERE s.subscription = ${by.subscription}
      ) AS next
      WHERE s.subscription = ${by.subscription} AND s.holder = ${by.holder} AND next.position > s.position`

    return Events.of({
      open: (subscription, from) => withTimeLimit("Events.open")(Effect.asVoid(openSubscription(subscription, from))),
      close: (subscription) =>
        sql`DELETE FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
          Effect.asVoid,
          runStatement("Events.close"),
          withTimeLimit("Events.close")
        ),
      claim: (holder, steps, limit) =>
        Effect.gen(function* () {
          const { subscription } = holder
          // A long stretch without an event may take several calls.
          const end = performance.now() + (yield* timeLimit) / 2
          do {
            const rows = yield* runStatement("Events.claim")(read(holder, steps, limit))
            const [first] = rows
            if (first === undefined) {
              const found = yield* sql`
                SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
                runStatement("Events.claim")
              )
              return found.length === 0 ? [] : yield* new SubscriptionTaken({ subscription })
            }
            const events = rows.filter((row) => row.position !== null)
            if (events.length > 0) return yield* Effect.forEach(events, fromEventRow)
            if (first.position === null && first.released) {
              const released = yield* parkedEvents.claimReleased(holder, steps, limit)
              if (released.length > 0) return released
            } else if (first.position === null && first.skippable)
              yield* runStatement("Events.claim")(skipEntries(holder, steps))
            else if (!(yield* assignPositions(subscription))) return []
          } while (performance.now() < end)
          return []
        }).pipe(withTimeLimit("Events.claim")),
      settle: (holder, position) =>
        Effect.gen(function* () {
          if (position !== null && isReleasedPosition(position)) return yield* parkedEvents.settle(holder, position)
          const settled = yield* runStatement("Events.settle")(parkedEvents.renew(holder, position))
          if (settled.length === 0) return yield* new SubscriptionTaken({ subscription: holder.subscription })
        }).pipe(withTimeLimit("Events.settle")),
      park: (holder, entry, failure) => withTimeLimit("Events.park")(parkedEvents.park(holder, entry, failure)),
      parked: (subscription) => withTimeLimit("Events.parked")(parkedEvents.list(subscription)),
      retry: (subscription, event) => withTimeLimit("Events.retry")(parkedEvents.release(subscription, event, 0)),
      retryAll: (subscription) => withTimeLimit("Events.retryAll")(parkedEvents.releaseAll(subscription)),
      discard: (subscription, event) => withTimeLimit("Events.discard")(parkedEvents.release(subscription, event, 1)),
      backlogs: withTimeLimit("Events.backlogs")(backlogs),
      release: (holder) =>
        sql`
          UPDATE ${table.subscriptions} SET holder = NULL
          WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}`.pipe(
          Effect.asVoid,
          runStatement("Events.release"),
          withTimeLimit("Events.release")
        )
    })
  })
)
