import { hash } from "node:crypto"
import { Caller, InvalidToken, Sessions, type Token } from "@communications/core"
import { DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { GroupCommit, makeStorageBatcher } from "../batching/GroupCommit.ts"
import { tables } from "../schema/Tables.ts"
import { formatArray, hex } from "../statements/Columns.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { matchTransaction } from "../statements/Transactions.ts"

/** The stored form of a token: its SHA-256. A token has 128 random bits, so it cannot be found from its hash. */
const hashOf = (token: Token): string => hash("sha256", Redacted.value(token), "hex")

const isCaller = Schema.is(Caller)
const decode = Schema.decodeUnknownEffect(Caller)

interface SessionRow {
  readonly hash: string
  readonly organisation: string
  readonly user: string
  readonly expires_at: string
}

/** Sessions in PostgreSQL. Opening a session deletes some expired ones. */
export const layer: Layer.Layer<Sessions, never, SqlClient.SqlClient> = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables
    const now = Effect.map(DateTime.now, DateTime.formatIso)

    const [text] = sql`
      SELECT encode(token_hash, 'hex') AS hash, organisation::text, "user"::text,
        (extract(epoch FROM expires_at) * 1000)::text AS expires_at
      FROM ${table.sessions} WHERE token_hash = ANY((SELECT $1::text::bytea[])::bytea[])`.compile()

    /** Returns the sessions with these hashes in the same order; undefined if a session does not exist. */
    const find = (hashes: ReadonlyArray<string>) =>
      sql.unsafe<SessionRow>(text, [formatArray(hashes.map((hash) => `\\x${hash}`))]).pipe(
        runStatement("Sessions.authenticate"),
        Effect.map((rows) => {
          const rowOf = new Map(rows.map((row) => [row.hash, row]))
          return hashes.map((hash) => rowOf.get(hash))
        })
      )

    const findInBatch = yield* makeStorageBatcher("Sessions.authenticate", { lanes: 2, lanesPerKey: 2, run: find })
    const findSingle = (hash: string) =>
      withTimeLimit("Sessions.authenticate")(Effect.map(find([hash]), ([row]) => row))
    const isBatched = (yield* GroupCommit) !== "off"
    const findOne = (hash: string) =>
      isBatched
        ? matchTransaction(sql, { inTransaction: () => findSingle(hash), otherwise: () => findInBatch("", hash) })
        : findSingle(hash)

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
        ).pipe(Effect.asVoid, runStatement("Sessions.open"), withTimeLimit("Sessions.open")),
      authenticate: Effect.fnUntraced(function* (token) {
        const row = yield* findOne(hashOf(token))
        const at = yield* DateTime.now
        return row !== undefined && Number(row.expires_at) > at.epochMilliseconds
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
          runStatement("Sessions.releaseAll"),
          Effect.map((released) => released.filter(({ open }) => open).length),
          withTimeLimit("Sessions.releaseAll")
        ),
      release: (token) =>
        Effect.flatMap(
          now,
          (at) =>
            sql`
            DELETE FROM ${table.sessions}
            WHERE token_hash = decode(${hashOf(token)}, 'hex') AND expires_at > ${at}::timestamptz RETURNING 1`
        ).pipe(
          runStatement("Sessions.release"),
          Effect.flatMap((released) => (released.length === 0 ? Effect.fail(new InvalidToken()) : Effect.void)),
          withTimeLimit("Sessions.release")
        )
    })
  })
)
