import { Events, type Holder, type SubscribedSteps, SubscriptionTaken } from "@communications/core"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { bounded, statement, timeLimit } from "../statements/StorageErrors.ts"
import { type EventRow, entryColumns, fromEventRow } from "./EventRows.ts"
import { numbering } from "./Numbering.ts"
import { opening } from "./Opening.ts"

/** How many entries one statement passes over. */
const stride = 10_000

/** The row of a subscription without a next entry: whether there are positions that it has not passed yet. */
interface NoEntry {
  readonly position: null
  readonly ahead: boolean
}

/** Events in PostgreSQL. The clock of a lease is the database's, which is the same for all. */
export const layer: Layer.Layer<Events, never, SqlClient.SqlClient> = Layer.effect(
  Events,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const table = yield* tables
    const [open, number] = [yield* opening, yield* numbering]
    const leaseOf = ({ lease }: Holder) => `${Duration.toMillis(lease)} milliseconds`

    /** Whether an entry `h` is one of those that a subscription delivers. */
    const delivered = (steps: SubscribedSteps) =>
      steps === "all" ? sql`true` : sql`h."from" IS NOT NULL AND h."to" = 'COMPLETED'`

    /** The entries at the next positions after that of a subscription. */
    const following = (subscription: string) => sql`
      SELECT * FROM ${table.communication_history} h WHERE h.position > ${sql.literal(subscription)}.position
      ORDER BY h.position LIMIT ${sql.literal(String(stride))}`

    /** Takes the lease and reads the next entries; nothing without the lease. */
    const read = (holder: Holder, steps: SubscribedSteps, limit: number) => sql<EventRow | NoEntry>`
      WITH held AS (
        UPDATE ${table.subscriptions}
        SET holder = ${holder.holder}, held_until = clock_timestamp() + ${leaseOf(holder)}::interval
        WHERE subscription = ${holder.subscription}
          AND (holder IS NULL OR holder = ${holder.holder} OR held_until <= clock_timestamp())
        RETURNING era, position
      )
      SELECT next.*, next.position IS NULL AND (
          SELECT h.position FROM ${table.communication_history} h WHERE h.position > held.position
          ORDER BY h.position LIMIT 1
        ) IS NOT NULL AS ahead
      FROM held LEFT JOIN LATERAL (
        SELECT ${entryColumns(sql)}, c.number, c.contact_information::text, c.direction, c.media
        FROM (
          SELECT * FROM (${following("held")}) AS h WHERE h.era >= held.era AND ${delivered(steps)}
          ORDER BY h.position LIMIT ${limit}::bigint
        ) AS h, LATERAL (
          SELECT number, contact_information, direction, media FROM ${table.communications} c
          WHERE c.organisation = h.organisation AND c.id = h.communication LIMIT 1
        ) AS c
        ORDER BY h.position
      ) AS next ON true`

    /** Moves a subscription over entries that it does not deliver, up to the next one that it does. */
    const passOver = ({ subscription, holder }: Holder, steps: SubscribedSteps) => sql`
      UPDATE ${table.subscriptions} s SET position = next.position
      FROM (
        SELECT coalesce(
          min(h.position) FILTER (WHERE h.era >= s.era AND ${delivered(steps)}) - 1, max(h.position)
        ) AS position
        FROM ${table.subscriptions} s, LATERAL (${following("s")}) AS h
        WHERE s.subscription = ${subscription}
      ) AS next
      WHERE s.subscription = ${subscription} AND s.holder = ${holder} AND next.position > s.position`

    return Events.of({
      open: (subscription, from) => bounded("events.open")(Effect.asVoid(open(subscription, from))),
      close: (subscription) =>
        sql`DELETE FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
          Effect.asVoid,
          statement("events.close"),
          bounded("events.close")
        ),
      take: (holder, steps, limit) =>
        Effect.gen(function* () {
          const { subscription } = holder
          // The rest of a long way without an event is left to the next call.
          const end = performance.now() + (yield* timeLimit) / 2
          do {
            const rows = yield* statement("events.take")(read(holder, steps, limit))
            const [first] = rows
            if (first === undefined) {
              const found = yield* sql`
                SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
                statement("events.take")
              )
              return found.length === 0 ? [] : yield* new SubscriptionTaken({ subscription })
            }
            const events = rows.filter((row) => row.position !== null)
            if (events.length > 0) return yield* Effect.forEach(events, fromEventRow)
            if (first.position === null && first.ahead) yield* statement("events.take")(passOver(holder, steps))
            else if (!(yield* number(subscription))) return []
          } while (performance.now() < end)
          return []
        }).pipe(bounded("events.take")),
      settle: (holder, position) =>
        Effect.gen(function* () {
          const settled = yield* sql`
            UPDATE ${table.subscriptions}
            SET held_until = clock_timestamp() + ${leaseOf(holder)}::interval,
              position = coalesce(${position}::bigint, position)
            WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}
            RETURNING 1`.pipe(statement("events.settle"))
          if (settled.length === 0) return yield* new SubscriptionTaken({ subscription: holder.subscription })
        }).pipe(bounded("events.settle")),
      release: (holder) =>
        sql`
          UPDATE ${table.subscriptions} SET holder = NULL
          WHERE subscription = ${holder.subscription} AND holder = ${holder.holder}`.pipe(
          Effect.asVoid,
          statement("events.release"),
          bounded("events.release")
        )
    })
  })
)
