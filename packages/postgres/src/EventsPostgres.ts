import { CommunicationCompleted, Events, type Holder, SubscriptionTaken } from "@communications/core"
import { Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { isoOf, moment } from "./Columns.ts"
import { hex } from "./Rows.ts"
import { bounded, statement } from "./StorageErrors.ts"
import { tables } from "./Tables.ts"

interface Row {
  readonly transaction: string | null
  readonly position: string
  readonly id: string
  readonly type: string
  readonly payload_version: number
  readonly organisation: string
  readonly communication: string
  readonly at: string
  readonly by: string
  readonly request_id: string | null
}

const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(CommunicationCompleted))

const fromRow = ({ transaction, position, type, id, organisation, communication, by, ...row }: Row) =>
  Effect.map(
    Effect.orDie(
      decode({
        ...row,
        _tag: type,
        id: hex(id),
        organisation: hex(organisation),
        communication: hex(communication),
        by: hex(by)
      })
    ),
    (event) => ({ event, position: `${transaction}/${position}` })
  )

/** Events in PostgreSQL. The clock of a lease is the database's, which is the same for all. */
export const layer: Layer.Layer<Events, never, SqlClient.SqlClient> = Layer.effect(
  Events,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const table = yield* tables
    const leaseOf = ({ lease }: Holder) => `${Duration.toMillis(lease)} milliseconds`

    return Events.of({
      open: (subscription, from) =>
        sql`
          INSERT INTO ${table.subscriptions} (subscription, transaction, position)
          VALUES (${subscription}, ${from === "now" ? sql`pg_snapshot_xmin(pg_current_snapshot())` : sql`'0'::xid8`}, 0)
          ON CONFLICT DO NOTHING`.pipe(Effect.asVoid, statement("events.open"), bounded("events.open")),
      close: (subscription) =>
        sql`DELETE FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(
          Effect.asVoid,
          statement("events.close"),
          bounded("events.close")
        ),
      take: (holder, limit) =>
        Effect.gen(function* () {
          const rows = yield* sql<Row>`
            WITH held AS (
              UPDATE ${table.subscriptions}
              SET holder = ${holder.holder}, held_until = clock_timestamp() + ${leaseOf(holder)}::interval
              WHERE subscription = ${holder.subscription}
                AND (holder IS NULL OR holder = ${holder.holder} OR held_until <= clock_timestamp())
              RETURNING transaction, position
            )
            SELECT next.transaction::text, next.position::text, next.id::text, next.type, next.payload_version,
              next.organisation::text, next.communication::text, ${isoOf(sql)("next.at")} AS at, next.by::text,
              next.request_id
            FROM held LEFT JOIN LATERAL (
              SELECT * FROM ${table.events} e
              WHERE (e.transaction, e.position) > (held.transaction, held.position)
                AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())
              ORDER BY e.transaction, e.position LIMIT ${limit}::bigint
            ) AS next ON true`.pipe(statement("events.take"))
          const { subscription } = holder
          if (rows.length === 0) {
            const found = yield* sql`
              SELECT 1 FROM ${table.subscriptions} WHERE subscription = ${subscription}`.pipe(statement("events.take"))
            return found.length === 0 ? [] : yield* new SubscriptionTaken({ subscription })
          }
          return yield* Effect.forEach(
            rows.filter(({ transaction }) => transaction !== null),
            fromRow
          )
        }).pipe(bounded("events.take")),
      settle: (holder, position) =>
        Effect.gen(function* () {
          const [transaction = "", at = ""] = position?.split("/") ?? []
          const moved = sql`, transaction = ${transaction}::xid8, position = ${at}::bigint`
          const settled = yield* sql`
            UPDATE ${table.subscriptions}
            SET held_until = clock_timestamp() + ${leaseOf(holder)}::interval ${position === null ? sql`` : moved}
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
        ),
      prune: (before) =>
        Effect.gen(function* () {
          let pruned = 0
          while (true) {
            const removed = yield* sql`
              DELETE FROM ${table.events} WHERE (transaction, position) IN (
                SELECT transaction, position FROM ${table.events} e
                WHERE at < ${moment(before)}::timestamptz AND NOT EXISTS (
                  SELECT FROM ${table.subscriptions} s WHERE (s.transaction, s.position) < (e.transaction, e.position)
                )
                ORDER BY at, transaction, position LIMIT 1000
              ) RETURNING 1`.pipe(statement("events.prune"), bounded("events.prune"))
            pruned += removed.length
            if (removed.length < 1000) return pruned
          }
        })
    })
  })
)
