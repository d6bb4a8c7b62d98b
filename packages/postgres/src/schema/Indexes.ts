/** Indexes on tables that may be large, which `migrate` builds while others write. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { quote } from "./Tables.ts"

/** An index of a migration. It may not depend on other statements of the same migration. */
export interface MigrationIndex {
  readonly name: string
  /** The qualified name of the table. */
  readonly table: string
  readonly isUnique?: boolean
  /** What follows the name of the table in `CREATE INDEX`. */
  readonly definition: string
}

/** The SQL that creates an index. `CONCURRENTLY` blocks no writers, and cannot run in a transaction. */
export const createIndex = ({ name, table, isUnique, definition }: MigrationIndex, option = ""): string =>
  `CREATE ${isUnique ? "UNIQUE INDEX" : "INDEX"}${option} ${name} ON ${table} ${definition}`

/**
 * Returns those of the indexes that do not exist, and drops those that an interrupted build has made invalid. A build that
 * is still in progress locks the table in the same mode as this function, so that it fails with SQLSTATE 55P03.
 */
export const dropInvalidIndexes = Effect.fnUntraced(function* (indexes: ReadonlyArray<MigrationIndex>, schema: string) {
  if (indexes.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly name: string; readonly valid: string }>`
    SELECT c.relname::text AS name, i.indisvalid::text AS valid
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema}::text::name`
  const validity = new Map(rows.map(({ name, valid }) => [name, valid]))
  for (const { name, table } of indexes.filter(({ name }) => validity.get(name) === "false")) {
    yield* sql.unsafe(`LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT`)
    yield* sql.unsafe(`DROP INDEX ${quote(schema)}.${name}`)
  }
  return indexes.filter(({ name }) => validity.get(name) !== "true")
})
