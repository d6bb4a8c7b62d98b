/** The PostgreSQL of the bench: a server with default durability, filled templates, and a fresh copy per measurement. */
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { type Dataset, filling } from "./Dataset.ts"
import { useDisk } from "./Disk.ts"
import { outputOf, root } from "./Processes.ts"
import { announce } from "./Progress.ts"

/** A server with PostgreSQL's default settings and its data on a disk; it stops when the scope closes. */
export const postgres = Effect.acquireRelease(
  Effect.promise(() => {
    useDisk()
    announce("starting PostgreSQL")
    return startPostgres()
  }),
  (server) => Effect.promise(() => server.stop())
)

const urlOf = ({ url }: PostgresServer, database: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Runs statements in sequence on one connection, and returns the rows of the last one. */
const run = <Row extends object>(url: string, ...statements: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    let rows: ReadonlyArray<Row> = []
    for (const statement of statements) rows = yield* sql.unsafe<Row>(statement)
    return rows
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1, applicationName: "bench" })))

/** The name of a template. Each checkout has its own, because versions differ in their schema. */
const nameOf = ({ communications, organisations }: Dataset, checkout: string): string =>
  `drafts_${communications}_${organisations}${checkout === root ? "" : "_other"}`

/** Creates a template with the schema of a checkout and fills it; it is dropped when the scope closes. */
export const template = Effect.fn(function* (server: PostgresServer, dataset: Dataset, checkout = root) {
  const name = nameOf(dataset, checkout)
  announce(`filling ${name}`)
  yield* Effect.acquireRelease(run(server.url, `CREATE DATABASE ${name}`), () =>
    Effect.orDie(run(server.url, `DROP DATABASE ${name} WITH (FORCE)`))
  )
  const url = urlOf(server, name)
  yield* outputOf("npm", ["run", "cli", "--", "migrate"], { DATABASE_URL: url }, checkout)
  yield* run(url, ...filling(dataset))
})

/** Makes a fresh copy of a template and returns its URL; it is dropped when the scope closes. */
export const copyOf = Effect.fn(function* (server: PostgresServer, dataset: Dataset, checkout = root) {
  const name = nameOf(dataset, checkout)
  const copy = `${name}_copy`
  yield* Effect.acquireRelease(
    run(server.url, `DROP DATABASE IF EXISTS ${copy}`, `CREATE DATABASE ${copy} TEMPLATE ${name} STRATEGY file_copy`),
    () => Effect.orDie(run(server.url, `DROP DATABASE ${copy} WITH (FORCE)`))
  )
  return urlOf(server, copy)
})

/** The number of completions in each table, without those that the dataset started with. Version 0.1.0 also has events. */
export const completions = Effect.fn(function* (url: string, { completed }: Dataset) {
  const [found] = yield* run<{ readonly events: boolean }>(url, "SELECT to_regclass('events') IS NOT NULL AS events")
  const rows = yield* run<{ readonly table: string; readonly completions: number }>(
    url,
    `SELECT 'communications' AS table, count(*)::int - ${completed} AS completions
      FROM communications WHERE life_cycle_state = 'COMPLETED'
    UNION ALL SELECT 'communication_history', count(*)::int - ${completed}
      FROM communication_history WHERE "from" = 'DRAFT' AND "to" = 'COMPLETED'
    ${found?.events ? "UNION ALL SELECT 'events', count(*)::int FROM events" : ""}`
  )
  return rows
})
