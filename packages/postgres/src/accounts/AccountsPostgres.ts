import {
  Accounts,
  Caller,
  InvalidCredentials,
  Name,
  OrganisationExists,
  OrganisationId,
  OrganisationNotFound,
  UserExists,
  UserNotFound
} from "@communications/core"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { hex } from "../statements/Columns.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { hashPassword, isPassword } from "./Passwords.ts"

const isName = Schema.is(Name)
const decode = Schema.decodeUnknownEffect(Caller)
const decodeOrganisation = Schema.decodeUnknownEffect(OrganisationId)

interface UserRow {
  readonly organisation: string
  readonly user: string
}

const callerOf = ({ organisation, user }: UserRow) =>
  Effect.orDie(decode({ organisation: hex(organisation), user: hex(user) }))

/** Accounts in PostgreSQL. A password is stored as its scrypt hash. */
export const layer: Layer.Layer<Accounts, never, SqlClient.SqlClient> = Layer.effect(
  Accounts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables

    const findAccount = (organisation: string, username: string) =>
      isName(organisation) && isName(username)
        ? sql<UserRow & { readonly password_hash: string }>`
            SELECT u.organisation::text, u."user"::text, u.password_hash
            FROM ${table.organisations} o JOIN ${table.users} u ON u.organisation = o.organisation
            WHERE o.name = ${organisation} AND u.username = ${username}`
        : Effect.succeed([])

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
          const hash = yield* hashPassword(password)
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
          : Effect.succeed([])
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
        (isName(username)
          ? sql<UserRow>`
              SELECT organisation::text, "user"::text FROM ${table.users}
              WHERE organisation = ${organisation}::uuid AND username = ${username}`
          : Effect.succeed([])
        ).pipe(
          runStatement("Accounts.user"),
          Effect.flatMap(([row]) => (row === undefined ? Effect.fail(new UserNotFound({ username })) : callerOf(row))),
          withTimeLimit("Accounts.user")
        ),
      authenticate: ({ organisation, username, password }) =>
        Effect.gen(function* () {
          const [row] = yield* runStatement("Accounts.authenticate")(findAccount(organisation, username))
          const isKnown = yield* isPassword(password, row?.password_hash)
          return row !== undefined && isKnown ? yield* callerOf(row) : yield* new InvalidCredentials()
        }).pipe(withTimeLimit("Accounts.authenticate"))
    })
  })
)
