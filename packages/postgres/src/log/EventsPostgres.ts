import { Events, type Holder, type SubscribedSteps, SubscriptionTaken } from "@communications/core"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { makeRunStatement, timeLimit, withTimeLimit } from "../statements/StorageErrors.ts"
import { makeAssignPositions } from "./AssignPositions.ts"
import { type EventRow, entryColumns, fromEventRow } from "./EventRows.ts"
import { makeOpenSubscription } from "./OpenSubscription.ts"

/** How many entries one statement skips at most. */
const maxSkipped = 10_000

/** The row of a subscription without an entry to deliver; `skippable` means that there are entries to skip. */
interface NoEntry {
  readonly position: null
  readonly skippable: boolean
}

/** Events in PostgreSQL (decision 9). Leases use the database's clock, which all processes share. */
export const layer: Layer.Layer<Events, never, SqlClient.SqlClient> = Layer.effect(
  Events,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables
    const openSubscription = yield* makeOpenSubscription
    const assignPositions = yield* makeAssignPositions
    const leaseOf = ({ lease }: Holder) => `${Duration.toMillis(lease)} milliseconds`

    /** Whether a subscription to these steps delivers the entry `h`. */
    const isDelivered = (steps: SubscribedSteps) =>
      steps === "all" ? sql`true` : sql`h."from" IS NOT NULL AND h."to" = 'COMPLETED'`

    /** The next entries after the position of a subscription. */
    const nextEntries = (subscription: string) => sql`
      SELECT * FROM ${table.communication_history} h WHERE h.position > ${sql.literal(subscription)}.position
      ORDER BY h.position LIMIT ${sql.literal(String(maxSkipped))}`

    /** Takes or extends the lease and reads the next entries to deliver; returns no row if it cannot take the lease. */
    const read = (holder: Holder, steps: SubscribedSteps, limit: number) => sql<EventRow | NoEntry>`
      WITH leased AS (
        UPDATE ${table.subscriptions}
        SET holder = ${holder.holder}, held_until = clock_timestamp() + ${leaseOf(holder)}::interval
        WHERE subscription = ${holder.subscription}
          AND (holder IS NULL OR holder = ${holder.holder} OR held_until <= clock_timestamp())
        RETURNING era, position
      )
      SELECT next.*, next.position IS NULL AND (
          SELECT h.position FROM ${table.communication_history} h WHERE h.position > leased.position
          ORDER BY h.position LIMIT 1
        ) IS NOT NULL AS skippable
      FROM leased LEFT JOIN LATERAL (
        SELECT ${entryColumns(sql)}, c.number, c.contact_information::text, c.direction, c.media
        FROM (
          SELECT * FROM (${nextEntries("leased")}) AS h WHERE h.era >= leased.era AND ${isDelivered(steps)}
          ORDER BY h.position LIMIT ${limit}::bigint
        ) AS h, LATERAL (
          SELECT number, contact_information, direction, media FROM ${table.communications} c
          WHERE c.organisation = h.organisation AND c.id = h.communication LIMIT 1
        ) AS c
        ORDER BY h.position
      ) AS next ON true`

    /** Moves a subscription past entries that it does not deliver, up to the next entry that it delivers. */
    const skipEntries = ({ subscription, holder }: Holder, steps: SubscribedSteps) => sql`
      UPDATE ${table.subscriptions} s SET position = next.position
      FROM (
        SELECT coalesce(
          min(h.position) FILTER (WHERE h.era >= s.era AND ${isDelivered(steps)}) - 1, max(h.position)
        ) AS position
        FROM ${table.subscriptions} s, LATERAL (${nextEntries("s")}) AS h
        WHERE s.subscription = ${subscription}
      ) AS next
      WHERE s.subscription = ${subscription} AND s.holder = ${holder} AND next.position > s.position`

    return Events.of({
      open: (subscription, from) => withTimeLimit("events.open")(Effect.asVoid(openSubscription(subscription, from))),
      close: (subscription) =>
        sql`DELETE FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
          Effect.asVoid,
          runStatement("events.close"),
          withTimeLimit("events.close")
        ),
      claim: (holder, steps, limit) =>
        Effect.gen(function* () {
          const { subscription } = holder
          // A long stretch without an event may take several calls.
          const end = performance.now() + (yield* timeLimit) / 2
          do {
            const rows = yield* runStatement("events.claim")(read(holder, steps, limit))
            const [first] = rows
            if (first === undefined) {
              const found = yield* sql`
                SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
                runStatement("events.claim")
              )
              return found.length === 0 ? [] : yield* new SubscriptionTaken({ subscription })
            }
            const events = rows.filter((row) => row.position !== null)
            if (events.length > 0) return yield* Effect.forEach(events, fromEventRow)
            if (first.position === null && first.skippable)
              yield* runStatement("events.claim")(skipEntries(holder, steps))
            else if (!(yield* assignPositions(subscription))) return []
          } while (performance.now() < end)
          return []
        }).pipe(withTimeLimit("events.claim")),
      settle: (holder, position) =>
        Effect.gen(function* () {
          const settled = yield* sql`
            UPDATE ${table.subscriptions}
            SET held_until = clock_timestamp() + ${leaseOf(holder)}::interval,
              position = coalesce(${position}::bigint, position)
            WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}
            RETURNING 1`.pipe(runStatement("events.settle"))
          if (settled.length === 0) return yield* new SubscriptionTaken({ subscription: holder.subscription })
        }).pipe(withTimeLimit("events.settle")),
      release: (holder) =>
        sql`
          UPDATE ${table.subscriptions} SET holder = NULL
          WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}`.pipe(
          Effect.asVoid,
          runStatement("events.release"),
          withTimeLimit("events.release")
        )
    })
  })
)
