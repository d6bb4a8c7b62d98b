import { Effect, Record } from "effect"
import { type Migrator, SqlClient } from "effect/sql"
import { type Distribution, distribution, type TableName } from "./Distribution.ts"
import { reporting } from "./Migrate.ts"
import { MigrationError } from "./MigrationError.ts"
import { DatabaseSchema, quote } from "./Tables.ts"

const refuse = (message: string) => Effect.fail(new MigrationError({ kind: "BadState", message }))

/** Fails if the database has no Citus, or lacks a table. */
const checkDatabase = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, schema: string) {
  const extensions = yield* sql`SELECT 1 AS found FROM pg_extension WHERE extname = 'citus'`
  if (extensions.length === 0)
    return yield* refuse(
      "the database does not have the extension citus: install it on every node, and run CREATE EXTENSION citus there"
    )
  const found = yield* sql<{ readonly name: string }>`
    SELECT tablename::text AS name FROM pg_tables WHERE schemaname = ${schema}::text::name`
  const names = new Set(found.map(({ name }) => name))
  const missing = Record.keys(distribution).find((table) => !names.has(table))
  if (missing !== undefined)
    return yield* refuse(`the schema ${schema} has no table ${missing}: apply the pending migrations first`)
})

/** The tables that are distributed already: by which column, or `reference`. Citus lists local tables, too. */
const readDistributed = (sql: SqlClient.SqlClient, schema: string) =>
  sql<{ readonly name: string; readonly by: string }>`
    SELECT c.relname::text AS name,
      CASE p.partmethod WHEN 'n' THEN 'reference' ELSE column_to_column_name(p.logicalrelid, p.partkey) END AS by
    FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema}::text::name AND (p.partmethod <> 'n' OR p.repmodel = 't')`

/** The first table of those that are distributed by the organisation. */
const firstOfGroup = "contact_information"

/** The statement that distributes a table. */
const statementOf = (sql: SqlClient.SqlClient, schema: string, table: TableName, by: Distribution) => {
  const name = (table: TableName) => `${quote(schema)}.${table}`
  if (by === "reference") return sql`SELECT create_reference_table(${name(table)}::text::regclass)::text`
  const group = by.column === "organisation" && table !== firstOfGroup ? name(firstOfGroup) : "none"
  return by.shards === undefined
    ? sql`SELECT create_distributed_table(${name(table)}::text::regclass, ${by.column}::text, colocate_with => ${group}::text)::text`
    : sql`SELECT create_distributed_table(${name(table)}::text::regclass, ${by.column}::text, colocate_with => ${group}::text,
        shard_count => ${by.shards}::integer)::text`
}

/** A table, and the column that it is distributed by, or `reference`. */
export interface DistributedTable {
  readonly table: TableName
  readonly by: string
}

/**
 * Distributes the tables over the nodes of a Citus cluster, and returns those that were not distributed before. It fails
 * before it changes anything if the database has no Citus, lacks a table, or has distributed one by another column. If it
 * fails later, the next call continues. No server may run meanwhile.
 */
export const distribute: Effect.Effect<
  ReadonlyArray<DistributedTable>,
  Migrator.MigrationError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* DatabaseSchema
  yield* checkDatabase(sql, schema)
  const present = new Map((yield* readDistributed(sql, schema)).map(({ name, by }) => [name, by]))
  const tables = Record.toEntries(distribution).map(([table, distribution]) => ({
    ...{ table, distribution, present: present.get(table) },
    by: distribution === "reference" ? distribution : distribution.column
  }))
  for (const { table, by, present } of tables)
    if (present !== undefined && present !== by)
      return yield* refuse(
        `the table ${table} is distributed by ${present}, not by ${by}: run undistribute_table on it`
      )
  const missing = tables.filter(({ present }) => present === undefined)
  for (const { table, distribution } of missing) yield* statementOf(sql, schema, table, distribution)
  return missing.map(({ table, by }) => ({ table, by }))
}).pipe(reporting)
