import { hash } from "node:crypto"
import { Caller, InvalidToken, Sessions, type Token } from "@communications/core"
import { DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { batched, GroupCommit, unlessInTransaction } from "../batching/GroupCommit.ts"
import { tables } from "../schema/Tables.ts"
import { array, hex } from "../statements/Columns.ts"
import { bounded, statement } from "../statements/StorageErrors.ts"

/** The stored form of a token: its SHA-256. A token has 128 random bits, so that no one finds it from its hash. */
const hashOf = (token: Token): string => hash("sha256", Redacted.value(token), "hex")

const isCaller = Schema.is(Caller)
const decode = Schema.decodeUnknownEffect(Caller)

interface SessionRow {
  readonly hash: string
  readonly organisation: string
  readonly user: string
  readonly expires_at: number
}

/** Sessions in PostgreSQL; opening one removes some that have expired. */
export const layer: Layer.Layer<Sessions, never, SqlClient.SqlClient> = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const table = yield* tables
    const now = Effect.map(DateTime.now, DateTime.formatIso)

    const [text] = sql`
      SELECT encode(token_hash, 'hex') AS hash, organisation::text, "user"::text,
        (extract(epoch FROM expires_at) * 1000)::float8 AS expires_at
      FROM ${table.sessions} WHERE token_hash = ANY((SELECT $1::text::bytea[])::bytea[])`.compile()

    /** The sessions with these hashes, by position. */
    const find = (hashes: ReadonlyArray<string>) =>
      sql.unsafe<SessionRow>(text, [array(hashes.map((hash) => `\\x${hash}`))]).pipe(
        statement("sessions.authenticate"),
        Effect.map((rows) => {
          const rowOf = new Map(rows.map((row) => [row.hash, row]))
          return hashes.map((hash) => rowOf.get(hash))
        })
      )

    const inBatch = yield* batched("sessions.authenticate", { lanes: 2, lanesPerKey: 2, run: find })
    const alone = (hash: string) => bounded("sessions.authenticate")(Effect.map(find([hash]), ([row]) => row))
    const isBatched = (yield* GroupCommit) !== "off"
    const findOne = (hash: string) =>
      isBatched
        ? unlessInTransaction(
            sql,
            () => inBatch("", hash),
            () => alone(hash)
          )
        : alone(hash)

    const callerOf = ({ organisation, user }: SessionRow): Effect.Effect<Caller> => {
      const stored: unknown = { organisation: hex(organisation), user: hex(user) }
      return isCaller(stored) ? Effect.succeed(stored) : Effect.orDie(decode(stored))
    }

    return Sessions.of({
      open: (token, { organisation, user }, expires_at) =>
        Effect.flatMap(
          now,
          (at) => sql`
          WITH expired AS (
            DELETE FROM ${table.sessions} WHERE token_hash IN (
              SELECT token_hash FROM ${table.sessions}
              WHERE expires_at < ${at}::timestamptz AND token_hash <> decode(${hashOf(token)}, 'hex')
              ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
            )
          )
          INSERT INTO ${table.sessions} (token_hash, organisation, "user", expires_at)
          VALUES (decode(${hashOf(token)}, 'hex'), ${organisation}::uuid, ${user}::uuid,
            ${DateTime.formatIso(expires_at)}::timestamptz)
          ON CONFLICT (token_hash) DO UPDATE SET
            organisation = excluded.organisation, "user" = excluded."user", expires_at = excluded.expires_at`
        ).pipe(Effect.asVoid, statement("sessions.open"), bounded("sessions.open")),
      authenticate: Effect.fnUntraced(function* (token) {
        const row = yield* findOne(hashOf(token))
        const at = yield* DateTime.now
        return row !== undefined && row.expires_at > at.epochMilliseconds
          ? yield* callerOf(row)
          : yield* new InvalidToken()
      }),
      releaseAll: ({ organisation, user }) =>
        Effect.flatMap(
          now,
          (at) =>
            sql<{ readonly open: boolean }>`
            DELETE FROM ${table.sessions}
            WHERE organisation = ${organisation}::uuid AND "user" = ${user}::uuid
            RETURNING expires_at > ${at}::timestamptz AS open`
        ).pipe(
          statement("sessions.releaseAll"),
          Effect.map((released) => released.filter(({ open }) => open).length),
          bounded("sessions.releaseAll")
        ),
      release: (token) =>
        Effect.flatMap(
          now,
          (at) =>
            sql`
            DELETE FROM ${table.sessions}
            WHERE token_hash = decode(${hashOf(token)}, 'hex') AND expires_at > ${at}::timestamptz RETURNING 1`
        ).pipe(
          statement("sessions.release"),
          Effect.flatMap((released) => (released.length === 0 ? Effect.fail(new InvalidToken()) : Effect.void)),
          bounded("sessions.release")
        )
    })
  })
)
