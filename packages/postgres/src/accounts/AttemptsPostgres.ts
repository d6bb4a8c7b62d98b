import { hash } from "node:crypto"
import { Attempts, TooManyAttempts } from "@communications/core"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import type { Shares } from "../statements/Shares.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"

const hashOf = (key: string): string => hash("sha256", key, "hex")

/**
 * Attempts in PostgreSQL. A row stores when its bucket is full again; each attempt deletes some full buckets.
 * `statement_timestamp()` is the clock of the database, which all servers share, and can be compared by an index. A change
 * adds to the time in UTC: Citus accepts no function in it that depends on the time zone of the session.
 */
export const layer: Layer.Layer<Attempts, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Attempts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables

    return Attempts.of({
      take: ({ key, burst, every }) =>
        Effect.gen(function* () {
          const interval = `${Duration.toMillis(every)} milliseconds`
          while (true) {
            const added = yield* sql`
              WITH full_buckets AS (
                DELETE FROM ${table.attempts} WHERE key_hash IN (
                  SELECT key_hash FROM ${table.attempts}
                  WHERE full_at < statement_timestamp() AND key_hash <> decode(${hashOf(key)}, 'hex')
                  ORDER BY full_at LIMIT 10 FOR UPDATE SKIP LOCKED
                )
              )
              INSERT INTO ${table.attempts} AS bucket (key_hash, full_at)
              VALUES (decode(${hashOf(key)}, 'hex'), statement_timestamp() + ${interval}::interval)
              ON CONFLICT (key_hash) DO UPDATE
                SET full_at = greatest((bucket.full_at AT TIME ZONE 'UTC' + ${interval}::interval) AT TIME ZONE 'UTC', excluded.full_at)
                WHERE bucket.full_at AT TIME ZONE 'UTC' <=
                  excluded.full_at AT TIME ZONE 'UTC' + ${interval}::interval * (${burst}::integer - 2)
              RETURNING 1`.pipe(runStatement("Attempts.take"))
            if (added.length === 1) return
            const [bucket] = yield* sql<{ readonly retry_after: string }>`
              SELECT ceil(extract(epoch FROM
                full_at - ${interval}::interval * (${burst}::integer - 1) - statement_timestamp()
              ))::text AS retry_after
              FROM ${table.attempts} WHERE key_hash = decode(${hashOf(key)}, 'hex')`.pipe(runStatement("Attempts.take"))
            const retry_after = Number(bucket?.retry_after ?? 0)
            if (retry_after > 0) return yield* new TooManyAttempts({ retry_after })
          }
        }).pipe(withTimeLimit("Attempts.take")),
      giveBack: ({ key, every }) =>
        sql`
          UPDATE ${table.attempts}
          SET full_at = (full_at AT TIME ZONE 'UTC' - ${`${Duration.toMillis(every)} milliseconds`}::interval) AT TIME ZONE 'UTC'
          WHERE key_hash = decode(${hashOf(key)}, 'hex')`.pipe(
          Effect.asVoid,
          runStatement("Attempts.giveBack"),
          withTimeLimit("Attempts.giveBack")
        )
    })
  })
)
