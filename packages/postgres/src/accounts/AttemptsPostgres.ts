import { hash } from "node:crypto"
import { Attempts, TooManyAttempts } from "@communications/core"
import { DateTime, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { isoOf } from "../statements/Columns.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"

const hashOf = (key: string): string => hash("sha256", key, "hex")

/** Attempts in PostgreSQL. A row stores when its bucket is full again; each attempt deletes some full buckets. */
export const layer: Layer.Layer<Attempts, never, SqlClient.SqlClient> = Layer.effect(
  Attempts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables

    return Attempts.of({
      take: ({ key, burst, every }) =>
        Effect.gen(function* () {
          const intervalMillis = Duration.toMillis(every)
          const interval = `${intervalMillis} milliseconds`
          while (true) {
            const at = yield* DateTime.now
            const now = DateTime.formatIso(at)
            const added = yield* sql`
              WITH full_buckets AS (
                DELETE FROM ${table.attempts} WHERE key_hash IN (
                  SELECT key_hash FROM ${table.attempts}
                  WHERE full_at < ${now}::timestamptz AND key_hash <> decode(${hashOf(key)}, 'hex')
                  ORDER BY full_at LIMIT 10 FOR UPDATE SKIP LOCKED
                )
              )
              INSERT INTO ${table.attempts} AS bucket (key_hash, full_at)
              VALUES (decode(${hashOf(key)}, 'hex'), ${now}::timestamptz + ${interval}::interval)
              ON CONFLICT (key_hash) DO UPDATE
                SET full_at = greatest(bucket.full_at, ${now}::timestamptz) + ${interval}::interval
                WHERE bucket.full_at <= ${now}::timestamptz + ${interval}::interval * (${burst}::integer - 1)
              RETURNING 1`.pipe(runStatement("Attempts.take"))
            if (added.length === 1) return
            const [bucket] = yield* sql<{ readonly full_at: string }>`
              SELECT ${isoOf(sql)("full_at")} AS full_at FROM ${table.attempts}
              WHERE key_hash = decode(${hashOf(key)}, 'hex')`.pipe(runStatement("Attempts.take"))
            const wait = Date.parse(bucket?.full_at ?? now) - DateTime.toEpochMillis(at) - (burst - 1) * intervalMillis
            if (wait > 0) return yield* new TooManyAttempts({ retry_after: Math.ceil(wait / 1000) })
          }
        }).pipe(withTimeLimit("Attempts.take")),
      giveBack: ({ key, every }) =>
        sql`
          UPDATE ${table.attempts} SET full_at = full_at - ${`${Duration.toMillis(every)} milliseconds`}::interval
          WHERE key_hash = decode(${hashOf(key)}, 'hex')`.pipe(
          Effect.asVoid,
          runStatement("Attempts.giveBack"),
          withTimeLimit("Attempts.giveBack")
        )
    })
  })
)
