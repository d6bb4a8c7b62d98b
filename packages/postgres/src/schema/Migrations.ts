import { Effect, Record } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { createCommunications } from "./migrations/0001_create_communications.ts"
import { addTheFamily } from "./migrations/0002_add_the_family.ts"
import { addEvents } from "./migrations/0003_add_events.ts"
import { keepJsonAsWritten } from "./migrations/0004_keep_json_as_written.ts"
import { oneLog } from "./migrations/0005_one_log.ts"
import { DatabaseSchema, everyTableIn, quoted } from "./Tables.ts"

/**
 * Every change of the schema, in order: statements that run once, all or none. Forward only: what has run somewhere is
 * never edited, only followed.
 */
export const migrations = {
  "0001_create_communications": createCommunications,
  "0002_add_the_family": addTheFamily,
  "0003_add_events": addEvents,
  "0004_keep_json_as_written": keepJsonAsWritten,
  "0005_one_log": oneLog
}

const migrationsTable = "communications_migrations"

/** The schema itself, where it is not the one that every database has. */
const schemaStatements = (schema: string): ReadonlyArray<string> =>
  schema === "public" ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`]

/**
 * Brings the schema of the database up to date, and tells what that took: nothing, where it was already. It is all one
 * transaction, so that what fails leaves nothing behind; several processes may do so at once, and take turns.
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
 * The migrations as SQL, for a host that keeps its schema by a tool of its own, which runs it in one transaction.
 * `after` leaves out what it has run already: the number of the last migration then. `migrate` finds nothing to do
 * afterwards.
 */
export const migrationsSql = ({
  schema = "public",
  after = 0
}: {
  readonly schema?: string
  readonly after?: number
} = {}): string => {
  const table = `${quoted(schema)}.${quoted(migrationsTable)}`
  const first = [
    ...schemaStatements(schema),
    `CREATE TABLE ${table} (
    migration_id integer primary key,
    created_at timestamp with time zone not null default now(),
    name text not null
  )`
  ]
  const steps = Object.entries(migrations).flatMap(([key, statements]) => {
    const [, id, name] = /^(\d+)_(.+)$/.exec(key) ?? []
    const note = `INSERT INTO ${table} (migration_id, name) VALUES (${Number(id)}, '${name}')`
    return Number(id) > after ? [...statements(everyTableIn(schema)), note] : []
  })
  return [...(after === 0 ? first : []), ...steps].map((text) => `${text};\n`).join("\n")
}
