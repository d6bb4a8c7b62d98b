import {
  Accounts,
  Caller,
  InvalidCredentials,
  Name,
  OrganisationExists,
  OrganisationId,
  OrganisationNotFound,
  type PortMethod,
  UserExists,
  UserId,
  UserNotFound
} from "@communications/core"
import { Effect, Layer, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { formatArray, hex, isoOf } from "../statements/Columns.ts"
import type { Shares } from "../statements/Shares.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { makePasswords } from "./Passwords.ts"

const isName = Schema.is(Name)
const decode = Schema.decodeUnknownEffect(Caller)
const decodeOrganisation = Schema.decodeUnknownEffect(OrganisationId)
const decodeOrganisations = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: OrganisationId, name: Name })))
const decodeUsers = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ id: UserId, username: Name, disabled_at: Schema.NullOr(Schema.DateTimeUtcFromString) }))
)
const decodeUsernames = Schema.decodeUnknownEffect(Schema.Array(Schema.Tuple([UserId, Name])))

interface UserRow {
  readonly organisation: string
  readonly user: string
}

const callerOf = ({ organisation, user }: UserRow) =>
  Effect.orDie(decode({ organisation: hex(organisation), user: hex(user) }))

/** Accounts in PostgreSQL. A password is stored as its scrypt hash. */
export const layer: Layer.Layer<Accounts, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Accounts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables
    const passwords = yield* makePasswords

    /** The result for a user or an organisation whose name none can have. */
    const noRows = Effect.succeed([])

    const findAccount = (organisation: string, username: string) =>
      isName(organisation) && isName(username)
        ? sql<UserRow & { readonly password_hash: string; readonly revision: string; readonly disabled: boolean }>`
            SELECT u.organisation::text, u."user"::text, u.password_hash, u.revision::text,
              u.disabled_at IS NOT NULL AS disabled
            FROM ${table.organisations} o JOIN ${table.users} u ON u.organisation = o.organisation
            WHERE o.name = ${organisation} AND u.username = ${username}`
        : noRows

    /** Runs a statement that returns the row of the user with this name. */
    const userRow = <Row extends UserRow>(
      operation: PortMethod,
      username: string,
      statement: Statement.Statement<Row>
    ) =>
      (isName(username) ? statement : noRows).pipe(
        runStatement(operation),
        Effect.flatMap(([row]) =>
          row === undefined ? Effect.fail(new UserNotFound({ username })) : Effect.succeed(row)
        )
      )

    /**
     * Changes a user, and ends the open sessions of the user in the same statement. The new revision refuses the log-ins
     * that began before.
     */
    const change = Effect.fnUntraced(function* (
      operation: PortMethod,
      organisation: OrganisationId,
      username: string,
      changes: Statement.Fragment
    ) {
      const changing = sql<UserRow & { readonly was_disabled: boolean; readonly ended: string }>`
        WITH changed AS (
          UPDATE ${table.users} SET ${changes}, revision = revision + 1
          WHERE organisation = ${organisation}::uuid AND username = ${username}
          RETURNING organisation, "user", disabled_at
        ), ended AS (
          DELETE FROM ${table.sessions} s USING changed c WHERE s.organisation = c.organisation AND s."user" = c."user"
          RETURNING s.expires_at
        )
        SELECT organisation::text, "user"::text, coalesce(disabled_at < statement_timestamp(), false) AS was_disabled,
          (SELECT count(*) FROM ended WHERE expires_at > statement_timestamp())::text AS ended
        FROM changed`
      const row = yield* userRow(operation, username, changing)
      return { caller: yield* callerOf(row), ended: Number(row.ended), wasDisabled: row.was_disabled }
    })

    return Accounts.of({
      addOrganisation: (id, name) =>
        sql`
          INSERT INTO ${table.organisations} (organisation, name) VALUES (${id}::uuid, ${name})
          ON CONFLICT DO NOTHING RETURNING 1`.pipe(
          runStatement("Accounts.addOrganisation"),
          Effect.flatMap((added) => (added.length === 1 ? Effect.void : Effect.fail(new OrganisationExists({ name })))),
          withTimeLimit("Accounts.addOrganisation")
        ),
      addUser: ({ organisation, user }, username, password) =>
        Effect.gen(function* () {
          const hash = yield* passwords.hash(password)
          const [stored] = yield* sql<{ readonly organisation: boolean; readonly added: boolean }>`
            WITH organisation AS (
              SELECT organisation FROM ${table.organisations} WHERE organisation = ${organisation}::uuid
            ), added AS (
              INSERT INTO ${table.users} (organisation, "user", username, password_hash)
              SELECT organisation, ${user}::uuid, ${username}::text, ${hash}::text FROM organisation
              ON CONFLICT DO NOTHING RETURNING 1
            )
            SELECT EXISTS (SELECT FROM organisation) AS organisation, EXISTS (SELECT FROM added) AS added`.pipe(
            runStatement("Accounts.addUser")
          )
          if (!stored?.organisation) return yield* new OrganisationNotFound({ name: organisation })
          if (!stored.added) return yield* new UserExists({ username })
        }).pipe(withTimeLimit("Accounts.addUser")),
      organisation: (name) =>
        (isName(name)
          ? sql<{ readonly organisation: string }>`
              SELECT organisation::text FROM ${table.organisations} WHERE name = ${name}`
          : noRows
        ).pipe(
          runStatement("Accounts.organisation"),
          Effect.flatMap(([row]) =>
            row === undefined
              ? Effect.fail(new OrganisationNotFound({ name }))
              : Effect.orDie(decodeOrganisation(hex(row.organisation)))
          ),
          withTimeLimit("Accounts.organisation")
        ),
      user: (organisation, username) =>
        userRow(
          "Accounts.user",
          username,
          sql<UserRow>`
            SELECT organisation::text, "user"::text FROM ${table.users}
            WHERE organisation = ${organisation}::uuid AND username = ${username}`
        ).pipe(Effect.flatMap(callerOf), withTimeLimit("Accounts.user")),
      organisations: ({ after, limit }) =>
        sql<{ readonly organisation: string; readonly name: string }>`
          SELECT organisation::text, name FROM ${table.organisations}
          ${after === undefined ? sql`` : sql`WHERE name > ${after}`} ORDER BY name LIMIT ${limit}::bigint`.pipe(
          runStatement("Accounts.organisations"),
          Effect.flatMap((rows) =>
            Effect.orDie(decodeOrganisations(rows.map(({ organisation, name }) => ({ id: hex(organisation), name }))))
          ),
          withTimeLimit("Accounts.organisations")
        ),
      users: (organisation, { after, limit }) =>
        sql<{ readonly user: string; readonly username: string; readonly disabled_at: string | null }>`
          SELECT "user"::text, username, ${isoOf(sql)("disabled_at")} AS disabled_at FROM ${table.users}
          WHERE organisation = ${organisation}::uuid ${after === undefined ? sql`` : sql`AND username > ${after}`}
          ORDER BY username LIMIT ${limit}::bigint`.pipe(
          runStatement("Accounts.users"),
          Effect.flatMap((rows) =>
            Effect.orDie(decodeUsers(rows.map(({ user, ...members }) => ({ id: hex(user), ...members }))))
          ),
          withTimeLimit("Accounts.users")
        ),
      usernames: (organisation, users) =>
        sql<{ readonly user: string; readonly username: string }>`
          SELECT "user"::text, username FROM ${table.users} WHERE organisation = ${organisation}::uuid
            AND "user" = ANY((SELECT ${formatArray(users)}::text::uuid[])::uuid[])`.pipe(
          runStatement("Accounts.usernames"),
          Effect.flatMap((rows) =>
            Effect.orDie(decodeUsernames(rows.map(({ user, username }) => [hex(user), username])))
          ),
          Effect.map((names) => new Map(names)),
          withTimeLimit("Accounts.usernames")
        ),
      setPassword: (organisation, username, password) =>
        Effect.flatMap(passwords.hash(password), (hash) =>
          change("Accounts.setPassword", organisation, username, sql`password_hash = ${hash}`)
        ).pipe(withTimeLimit("Accounts.setPassword")),
      disable: (organisation, username) =>
        change(
          "Accounts.disable",
          organisation,
          username,
          sql`disabled_at = least(disabled_at, statement_timestamp())`
        ).pipe(withTimeLimit("Accounts.disable")),
      enable: (organisation, username) =>
        userRow(
          "Accounts.enable",
          username,
          sql<UserRow>`
            UPDATE ${table.users} SET disabled_at = NULL
            WHERE organisation = ${organisation}::uuid AND username = ${username}
            RETURNING organisation::text, "user"::text`
        ).pipe(Effect.flatMap(callerOf), withTimeLimit("Accounts.enable")),
      authenticate: ({ organisation, username, password }) =>
        Effect.gen(function* () {
          const [row] = yield* runStatement("Accounts.authenticate")(findAccount(organisation, username))
          const isKnown = yield* passwords.matches(password, row?.password_hash)
          if (row === undefined || row.disabled || !isKnown) return yield* new InvalidCredentials()
          return { caller: yield* callerOf(row), revision: Number(row.revision) }
        }).pipe(withTimeLimit("Accounts.authenticate"))
    })
  })
)
