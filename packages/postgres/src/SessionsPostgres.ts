import { hash } from "node:crypto"
import {
  type Asker,
  Caller,
  type CommunicationIdentifier,
  InvalidToken,
  Sessions,
  type StorageUnavailable,
  type Token
} from "@communications/core"
import { DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { batches, oneOrMany, type Proof, type SessionRow } from "./Batches.ts"
import { communicationColumns, isNamed } from "./Columns.ts"
import { Glance } from "./Glance.ts"
import { GroupCommit, gathered, unlessInTransaction } from "./GroupCommit.ts"
import { hex } from "./Rows.ts"
import { bounded, statement } from "./StorageErrors.ts"
import { tables } from "./Tables.ts"

/** What is stored of a token: its SHA-256. A token has 128 random bits, so that no one finds it from its hash. */
const hashOf = (token: Token): string => hash("sha256", Redacted.value(token), "hex")

const isCaller = Schema.is(Caller)
const decode = Schema.decodeUnknownEffect(Caller)

type Authenticated = Effect.Effect<Asker, InvalidToken | StorageUnavailable>

/** Sessions in PostgreSQL; those that have expired are removed as others are opened. */
export const layer: Layer.Layer<Sessions, never, SqlClient.SqlClient> = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const table = yield* tables
    const now = Effect.map(DateTime.now, DateTime.formatIso)

    const askerOf = (row: SessionRow | undefined, identifier: CommunicationIdentifier | undefined): Authenticated => {
      if (row === undefined) return Effect.fail(new InvalidToken())
      const stored: unknown = { organisation: hex(row.organisation), user: hex(row.user) }
      if (!isCaller(stored)) return Effect.orDie(decode(stored))
      if (row.id === null || identifier === undefined) return Effect.succeed(stored)
      const sight = { client: sql, organisation: stored.organisation, identifier }
      return Effect.succeed({ ...stored, glance: new Glance(sight, row) })
    }

    const session = ({ hash, at, about }: Proof) => sql<SessionRow>`
      SELECT s.organisation::text, s."user"::text, ${about === undefined ? sql`NULL AS id` : communicationColumns(sql)}
      FROM ${table.sessions} s ${about === undefined ? sql`` : glanced(about)}
      WHERE s.token_hash = decode(${hash}, 'hex') AND s.expires_at > ${at}::timestamptz`

    const glanced = (about: CommunicationIdentifier) => sql`
      LEFT JOIN ${table.communications} c ON c.organisation = s.organisation
        AND ${isNamed(sql)(about)}
      LEFT JOIN ${table.contact_information} p ON p.organisation = c.organisation AND p.id = c.contact_information`

    const authenticateAlone = (proof: Proof): Authenticated =>
      session(proof).pipe(
        statement("sessions.authenticate"),
        Effect.flatMap(([row]) => askerOf(row, proof.about)),
        bounded("sessions.authenticate")
      )

    const authenticateTogether = Effect.gen(function* () {
      const many = yield* batches
      const sessions = oneOrMany(session, many.authenticate)
      const inTurn = yield* gathered<Proof, Asker, InvalidToken>("sessions.authenticate", (waiting) =>
        sessions(waiting.map(({ item }) => item)).pipe(
          statement("sessions.authenticate"),
          Effect.map((rows) => {
            const rowOf = new Map(rows.map((row) => [row.item, row]))
            for (const [index, { item, tell }] of waiting.entries()) {
              tell(Effect.suspend(() => askerOf(rowOf.get(index), item.about)))
            }
            return []
          })
        )
      )
      return (proof: Proof) =>
        unlessInTransaction(
          sql,
          () => inTurn(proof),
          () => authenticateAlone(proof)
        )
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
      authenticate: (token, about) => Effect.flatMap(now, (at) => authenticate({ hash: hashOf(token), at, about })),
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
