import { hash } from "node:crypto"
import { Caller, InvalidCredentials, InvalidToken, Sessions, type Token } from "@communications/core"
import { Duration, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { GroupCommit, makeStorageBatcher } from "../batching/GroupCommit.ts"
import { tables } from "../schema/Tables.ts"
import { formatArray, hex } from "../statements/Columns.ts"
import type { Shares } from "../statements/Shares.ts"
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
}

/**
 * Sessions in PostgreSQL. Opening a session deletes some expired ones. `statement_timestamp()` is the clock of the database,
 * which all servers share, and can be compared by an index.
 */
export const layer: Layer.Layer<Sessions, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables

    const [text] = sql`
      SELECT encode(token_hash, 'hex') AS hash, organisation::text, "user"::text
      FROM ${table.sessions}
      WHERE token_hash = ANY((SELECT $1::text::bytea[])::bytea[]) AND expires_at > statement_timestamp()`.compile()

    /** Returns the open sessions with these hashes in the same order; undefined if there is none. */
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

    /** Opens a session, of an account that still has this revision if one is given. Returns a row if it is open. */
    const open = (token: Token, { organisation, user }: Caller, lifetime: Duration.Duration, revision?: number) => {
      const account = sql`FROM ${table.users}
          WHERE organisation = ${organisation}::uuid AND "user" = ${user}::uuid AND revision = ${revision}::integer
          FOR SHARE`
      return sql`
          WITH expired AS (
            DELETE FROM ${table.sessions} WHERE token_hash IN (
              SELECT token_hash FROM ${table.sessions}
              WHERE expires_at < statement_timestamp() AND token_hash <> decode(${hashOf(token)}, 'hex')
              ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
            )
          )
          INSERT INTO ${table.sessions} (token_hash, organisation, "user", expires_at)
          SELECT decode(${hashOf(token)}, 'hex'), ${organisation}::uuid, ${user}::uuid,
            statement_timestamp() + ${`${Duration.toMillis(lifetime)} milliseconds`}::interval
          ${revision === undefined ? sql`` : account}
          ON CONFLICT (token_hash) DO UPDATE SET
            organisation = excluded.organisation, "user" = excluded."user", expires_at = excluded.expires_at
          RETURNING 1`.pipe(runStatement("Sessions.open"), withTimeLimit("Sessions.open"))
    }

    return Sessions.of({
      open: (token, caller, lifetime) => Effect.asVoid(open(token, caller, lifetime)),
      openAuthenticated: (token, { caller, revision }, lifetime) =>
        Effect.flatMap(open(token, caller, lifetime, revision), ({ length }) =>
          length === 1 ? Effect.void : Effect.fail(new InvalidCredentials())
        ),
      authenticate: Effect.fnUntraced(function* (token) {
        const row = yield* findOne(hashOf(token))
        return row === undefined ? yield* new InvalidToken() : yield* callerOf(row)
      }),
      releaseAll: ({ organisation, user }) =>
        sql<{ readonly open: boolean }>`
          WITH ended AS (
            DELETE FROM ${table.sessions} WHERE organisation = ${organisation}::uuid AND "user" = ${user}::uuid
            RETURNING expires_at
          )
          SELECT expires_at > statement_timestamp() AS open FROM ended`.pipe(
          runStatement("Sessions.releaseAll"),
          Effect.map((released) => released.filter(({ open }) => open).length),
          withTimeLimit("Sessions.releaseAll")
        ),
      release: (token) =>
        sql`
          DELETE FROM ${table.sessions}
          WHERE token_hash = decode(${hashOf(token)}, 'hex') AND expires_at > statement_timestamp() RETURNING 1`.pipe(
          runStatement("Sessions.release"),
          Effect.flatMap((released) => (released.length === 0 ? Effect.fail(new InvalidToken()) : Effect.void)),
          withTimeLimit("Sessions.release")
        )
    })
  })
)
