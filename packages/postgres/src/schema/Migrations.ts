import { createIndex, type MigrationIndex } from "./Indexes.ts"
import { createCommunications } from "./migrations/0001_create_communications.ts"
import { addTheFamily } from "./migrations/0002_add_the_family.ts"
import { addEvents } from "./migrations/0003_add_events.ts"
import { keepJsonAsWritten } from "./migrations/0004_keep_json_as_written.ts"
import { oneLog } from "./migrations/0005_one_log.ts"
import { parkEvents } from "./migrations/0006_park_events.ts"
import { idempotencyKeys } from "./migrations/0007_idempotency_keys.ts"
import { disableUsersAndListContacts } from "./migrations/0008_disable_users_and_list_contacts.ts"
import { indexKeysAndContacts } from "./migrations/0009_index_keys_and_contacts.ts"
import { DatabaseSchema, type EveryTable, everyTableIn, quote } from "./Tables.ts"

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
  "0007_idempotency_keys": idempotencyKeys,
  "0008_disable_users_and_list_contacts": disableUsersAndListContacts,
  "0009_index_keys_and_contacts": indexKeysAndContacts
}

/** A statement of a migration. */
export type MigrationStatement = string | MigrationIndex

/** Whether a statement of a migration is an index, which can be built while others write. */
export const isIndex = (statement: MigrationStatement): statement is MigrationIndex => typeof statement !== "string"

/** The SQL of a statement of a migration in a transaction. */
export const sqlOf = (statement: MigrationStatement): string =>
  isIndex(statement) ? createIndex(statement) : statement

/** The table that records the applied migrations. */
export const migrationsTable = "communications_migrations"
/** The qualified name of that table. */
export const migrationsTableIn = (schema: string): string => `${quote(schema)}.${migrationsTable}`

/** All migrations with their numbers, which have no gap. */
const numbered = Object.entries<(tables: EveryTable) => ReadonlyArray<MigrationStatement>>(migrations).map(
  ([key, statements]) => {
    const [, id, name = ""] = /^(\d+)_(.+)$/.exec(key) ?? []
    return { id: Number(id), name, statements }
  }
)
/** The number of the last migration. */
export const lastMigration = numbered.length

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Creates the schema if it does not exist. `CREATE SCHEMA IF NOT EXISTS` needs the right to create one in any case. */
const createSchema = (schema: string): string => {
  const missing = `to_regnamespace(${literal(quote(schema))}) IS NULL`
  return `DO ${literal(`BEGIN IF ${missing} THEN CREATE SCHEMA ${quote(schema)}; END IF; END`)}`
}

/**
 * Fails in the default schema if `public`, the default of version 0.1.0, has the tables: the host would otherwise continue
 * with empty tables.
 */
const refuseSecondSchema = (schema: string): string => {
  const existing = `SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = ${literal(migrationsTable)}`
  const message = `the tables are in the schema public: pass that schema, or one with another name than ${schema} for new, empty tables`
  return `DO ${literal(`BEGIN IF EXISTS (${existing}) THEN RAISE EXCEPTION ${literal(message)}; END IF; END`)}`
}

/** Creates the schema and the table that records the applied migrations. */
export const setup = (schema: string): ReadonlyArray<string> => [
  ...(schema === DatabaseSchema.defaultValue() ? [refuseSecondSchema(schema)] : []),
  createSchema(schema),
  `CREATE TABLE ${migrationsTableIn(schema)} (
    migration_id integer primary key,
    created_at timestamp with time zone not null default now(),
    name text not null
  )`
]

/** The migrations after a number, with the statements that apply and record each. */
export const pendingAfter = (after: number, schema: string) =>
  numbered
    .filter(({ id }) => id > after)
    .map(({ id, name, statements }) => ({
      id,
      name,
      statements: [
        ...statements(everyTableIn(schema)),
        `INSERT INTO ${migrationsTableIn(schema)} (migration_id, name) VALUES (${id}, ${literal(name)})`
      ]
    }))

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
  if (!Number.isInteger(after) || after < 0 || after > lastMigration) {
    throw new RangeError(`\`after\` must be a whole number from 0 to ${lastMigration}, the last migration`)
  }
  const pending = pendingAfter(after, schema).flatMap(({ statements }) => statements)
  return [...(after === 0 ? setup(schema) : []), ...pending].map((statement) => `${sqlOf(statement)};\n`).join("\n")
}
