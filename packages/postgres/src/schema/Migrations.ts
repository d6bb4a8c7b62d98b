import { Effect, Record } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { createCommunications } from "./migrations/0001_create_communications.ts"
import { addTheFamily } from "./migrations/0002_add_the_family.ts"
import { addEvents } from "./migrations/0003_add_events.ts"
import { keepJsonAsWritten } from "./migrations/0004_keep_json_as_written.ts"
import { oneLog } from "./migrations/0005_one_log.ts"
import { parkEvents } from "./migrations/0006_park_events.ts"
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
  "0006_park_events": parkEvents
}

const migrationsTable = "communications_migrations"

/** Creates the schema, unless it is `public`, which every database has. */
const schemaStatements = (schema: string): ReadonlyArray<string> =>
  schema === "public" ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`]

/**
 * Applies the pending migrations in one transaction, and returns their ids and names. If one fails, none is applied.
 * Several processes may migrate at the same time: a lock makes them wait for each other.
 */
export const migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* DatabaseSchema
  const run = Migrator.make({})({
    loader: Migrator.fromRecord(
      Record.map(migrations, (statements) =>
        Effect.forEach(statements(everyTableIn(schema)), (text) => sql.unsafe(text), { discard: true })
      )
    ),
    table: `${schema}.${migrationsTable}`
  })
  return yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`SELECT pg_advisory_xact_lock(hashtext(${migrationsTable}))::text`
      for (const text of schemaStatements(schema)) yield* sql.unsafe(text)
      return yield* run
    })
  )
})

/**
 * The migrations as SQL, for a host with its own migration tool, which must run them in one transaction. `after` is the
 * number of the last migration that the tool has applied already. Afterwards `migrate` finds nothing to apply.
 */
export const migrationsSql = ({
  schema = "public",
  after = 0
}: {
  readonly schema?: string
  readonly after?: number
} = {}): string => {
  const table = `${quote(schema)}.${quote(migrationsTable)}`
  const setup = [
    ...schemaStatements(schema),
    `CREATE TABLE ${table} (
    migration_id integer primary key,
    created_at timestamp with time zone not null default now(),
    name text not null
  )`
  ]
  const pending = Object.entries(migrations).flatMap(([key, statements]) => {
    const [, id, name] = /^(\d+)_(.+)$/.exec(key) ?? []
    const record = `INSERT INTO ${table} (migration_id, name) VALUES (${Number(id)}, '${name}')`
    return Number(id) > after ? [...statements(everyTableIn(schema)), record] : []
  })
  return [...(after === 0 ? setup : []), ...pending].map((text) => `${text};\n`).join("\n")
}
