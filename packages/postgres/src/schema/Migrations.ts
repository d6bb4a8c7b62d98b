import { Effect, Predicate } from "effect"
import { Migrator, SqlClient, type SqlError } from "effect/sql"
import { createCommunications } from "./migrations/0001_create_communications.ts"
import { addTheFamily } from "./migrations/0002_add_the_family.ts"
import { addEvents } from "./migrations/0003_add_events.ts"
import { keepJsonAsWritten } from "./migrations/0004_keep_json_as_written.ts"
import { oneLog } from "./migrations/0005_one_log.ts"
import { parkEvents } from "./migrations/0006_park_events.ts"
import { idempotencyKeys } from "./migrations/0007_idempotency_keys.ts"
import { DatabaseSchema, everyTableIn, quote } from "./Tables.ts"

/**
 * All migrations, in order. The database stores the names of the applied ones, so a released migration must never be
 * renamed or edited: a mistake is corrected by a new migration.
 */
export const migrations = {
  "0001_create_communications": createCommunications,
  "0002_add_the_family": addTheFamily,
  "0003_add_events": addEvents,
  "0004_keep_json_as_written": keepJsonAsWritten,
  "0005_one_log": oneLog,
  "0006_park_events": parkEvents,
  "0007_idempotency_keys": idempotencyKeys
}

const migrationsTable = "communications_migrations"
const tableIn = (schema: string): string => `${quote(schema)}.${migrationsTable}`

/** All migrations with their numbers, which have no gap. */
const numbered = Object.entries(migrations).map(([key, statements]) => {
  const [, id, name = ""] = /^(\d+)_(.+)$/.exec(key) ?? []
  return { id: Number(id), name, statements }
})
const last = numbered.length

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Creates the schema if it does not exist. `CREATE SCHEMA IF NOT EXISTS` needs the right to create one in any case. */
const createSchema = (schema: string): string => {
  const missing = `to_regnamespace(${literal(quote(schema))}) IS NULL`
  return `DO ${literal(`BEGIN IF ${missing} THEN CREATE SCHEMA ${quote(schema)}; END IF; END`)}`
}

/** Creates the schema and the table that records the applied migrations. */
const setup = (schema: string): ReadonlyArray<string> => [
  createSchema(schema),
  `CREATE TABLE ${tableIn(schema)} (
    migration_id integer primary key,
    created_at timestamp with time zone not null default now(),
    name text not null
  )`
]

/** The migrations after a number, with the statements that apply and record each. */
const pendingAfter = (after: number, schema: string) =>
  numbered
    .filter(({ id }) => id > after)
    .map(({ id, name, statements }) => ({
      id,
      name,
      statements: [
        ...statements(everyTableIn(schema)),
        `INSERT INTO ${tableIn(schema)} (migration_id, name) VALUES (${id}, ${literal(name)})`
      ]
    }))

/** PostgreSQL's own message if it sent one. */
const messageOf = ({ message, reason: { cause } }: SqlError.SqlError): string =>
  Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message) && cause.message !== ""
    ? cause.message
    : message

/** Fails with PostgreSQL's message, and with its error as the cause. */
const explain = (error: SqlError.SqlError, migration = "") =>
  new Migrator.MigrationError({ kind: "Failed", message: `${migration}${messageOf(error)}`, cause: error.reason.cause })

/** The number of the last applied migration, or `null` if there is no table of migrations. */
const readLast = Effect.fnUntraced(function* (schema: string) {
  const sql = yield* SqlClient.SqlClient
  // In a transaction, `to_regclass` may not see tables that others have committed since its last call.
  const tables = yield* sql`
    SELECT 1 AS found FROM pg_tables WHERE schemaname = ${schema}::text::name AND tablename = ${migrationsTable}`
  if (tables.length === 0) return null
  const rows = yield* sql.unsafe<{ readonly last: string }>(
    `SELECT coalesce(max(migration_id), 0)::text AS last FROM ${tableIn(schema)}`
  )
  const applied = Number(rows[0]?.last)
  if (applied <= last) return applied
  return yield* new Migrator.MigrationError({
    kind: "BadState",
    message: `the schema ${schema} has migration ${applied}, but this version of the library only knows ${last}: use a newer version`
  })
})

/**
 * Fails if the tables would be created in the default schema although `public`, the default of version 0.1.0, has them: the
 * host would otherwise continue with empty tables.
 */
const refuseSecondSchema = Effect.fnUntraced(function* (schema: string) {
  if (schema !== DatabaseSchema.defaultValue()) return
  const sql = yield* SqlClient.SqlClient
  const found = yield* sql`
    SELECT 1 AS found FROM pg_tables WHERE schemaname = 'public' AND tablename = ${migrationsTable}`
  if (found.length === 0) return
  return yield* new Migrator.MigrationError({
    kind: "BadState",
    message: `the tables are in the schema public: pass that schema, or one with another name than ${schema} for new, empty tables`
  })
})

/**
 * Applies the pending migrations in one transaction, and returns their ids and names. If one fails, none is applied.
 * Several processes may migrate at the same time: a lock makes them wait for each other. If nothing is pending, it only
 * reads the table of migrations, without this lock.
 */
export const migrate: Effect.Effect<
  ReadonlyArray<readonly [id: number, name: string]>,
  Migrator.MigrationError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* DatabaseSchema
  if ((yield* readLast(schema)) === last) return []
  const locked = Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(hashtext(${migrationsTable}))::text`
    const applied = yield* readLast(schema)
    if (applied === null) {
      yield* refuseSecondSchema(schema)
      for (const text of setup(schema)) yield* sql.unsafe(text)
    }
    const pending = pendingAfter(applied ?? 0, schema)
    for (const { id, name, statements } of pending) {
      yield* Effect.forEach(statements, (text) => sql.unsafe(text), { discard: true }).pipe(
        Effect.mapError((error) => explain(error, `migration ${id}, ${name.replaceAll("_", " ")}: `))
      )
    }
    return pending.map(({ id, name }) => [id, name] as const)
  })
  return yield* sql.withTransaction(locked).pipe(
    // An older snapshot would miss what other processes did before they released the lock.
    Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL READ COMMITTED")
  )
}).pipe(
  Effect.catchTag("SqlError", (error) => Effect.fail(explain(error))),
  Effect.updateService(SqlClient.SqlClient, (sql) => sql.withoutTransforms())
)

/**
 * The migrations as SQL, for a host with its own migration tool, which must run them in one transaction. `after` is the
 * number of the last migration that the tool has applied already. Afterwards `migrate` finds nothing to apply.
 */
export const migrationsSql = ({
  schema = DatabaseSchema.defaultValue(),
  after = 0
}: {
  readonly schema?: string | undefined
  readonly after?: number | undefined
} = {}): string => {
  if (!Number.isInteger(after) || after < 0 || after > last) {
    throw new RangeError(`\`after\` must be a whole number from 0 to ${last}, the last migration`)
  }
  const pending = pendingAfter(after, schema).flatMap(({ statements }) => statements)
  return [...(after === 0 ? setup(schema) : []), ...pending].map((text) => `${text};\n`).join("\n")
}
