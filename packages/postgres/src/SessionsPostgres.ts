import { hash } from "node:crypto"
import { Caller, InvalidToken, Sessions, type StorageUnavailable, type Token } from "@communications/core"
import { DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { batches, oneOrMany } from "./Batches.ts"
import { gather } from "./Gather.ts"
import { GroupCommit, gathering } from "./GroupCommit.ts"
import { hex } from "./Rows.ts"
import { bounded, statement, timeLimit } from "./StorageErrors.ts"
import { tables } from "./Tables.ts"

/** What is stored of a token: its SHA-256. A token has 128 random bits, so that no one finds it from its hash. */
const hashOf = (token: Token): string => hash("sha256", Redacted.value(token), "hex")

/** What proves that a token is known, and when it is asked for. */
interface Proof {
  readonly hash: string
  readonly at: string
}

interface CallerRow {
  readonly organisation: string
  readonly user: string
}

const decode = Schema.decodeUnknownEffect(Caller)

/** Sessions in PostgreSQL; those that have expired are removed as others are opened. */
export const layer: Layer.Layer<Sessions, never, SqlClient.SqlClient> = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const table = yield* tables
    const now = Effect.map(DateTime.now, DateTime.formatIso)

    const callerOf = (row: CallerRow | undefined) =>
      row === undefined
        ? Effect.fail(new InvalidToken())
        : Effect.orDie(decode({ organisation: hex(row.organisation), user: hex(row.user) }))

    const session = ({ hash, at }: Proof) => sql<CallerRow>`
      SELECT organisation::text, "user"::text FROM ${table.sessions}
      WHERE token_hash = decode(${hash}, 'hex') AND expires_at > ${at}::timestamptz`

    const authenticateAlone = (proof: Proof) =>
      session(proof).pipe(
        statement("sessions.authenticate"),
        Effect.flatMap(([row]) => callerOf(row)),
        bounded("sessions.authenticate")
      )

    const authenticateTogether = Effect.gen(function* () {
      const many = yield* batches
      const sessions = oneOrMany(session, many.authenticate)
      const inTurn = yield* gather<Proof, Caller, InvalidToken | StorageUnavailable>({
        ...gathering("sessions.authenticate"),
        run: (waiting) =>
          sessions(waiting.map(({ item }) => item)).pipe(
            statement("sessions.authenticate"),
            bounded("sessions.authenticate"),
            Effect.map((rows) => {
              const rowOf = new Map(rows.map((row) => [row.item, row]))
              for (const [index, { tell }] of waiting.entries()) tell(callerOf(rowOf.get(index)))
              return []
            })
          )
      })
      return (proof: Proof) => Effect.flatMap(timeLimit, (limit) => inTurn(proof, limit))
    })

    const authenticate = (yield* GroupCommit) ? yield* authenticateTogether : authenticateAlone

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
      authenticate: (token) => Effect.flatMap(now, (at) => authenticate({ hash: hashOf(token), at })),
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
