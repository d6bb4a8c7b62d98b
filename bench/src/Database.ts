/** The PostgreSQL of the bench: one server with default durability, a filled template, a fresh copy for whoever is measured. */
import { migrate } from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { type PostgresServer, startPostgres } from "../../test/PostgresServer.ts"
import { type Dataset, filling } from "./Dataset.ts"
import { useDisk } from "./Disk.ts"
import { announce } from "./Progress.ts"

/** A server of its own, on a disk, with PostgreSQL's own settings; it goes when the scope closes. */
export const postgres = Effect.acquireRelease(
  Effect.promise(() => {
    useDisk()
    announce("starting PostgreSQL")
    return startPostgres()
  }),
  (server) => Effect.promise(() => server.stop())
)

const urlOf = ({ url }: PostgresServer, database: string): string => {
  const named = new URL(url)
  named.pathname = `/${database}`
  return named.href
}

/** Runs something on one connection to a database. */
const on =
  (url: string) =>
  <A, E>(run: Effect.Effect<A, E, SqlClient.SqlClient>) =>
    Effect.provide(run, PgClient.layer({ url: Redacted.make(url), maxConnections: 1, applicationName: "bench" }))

/** Runs statements one after the other, and returns the rows of the last one. */
const run = <Row extends object>(url: string, ...statements: ReadonlyArray<string>) =>
  on(url)(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      let rows: ReadonlyArray<Row> = []
      for (const statement of statements) rows = yield* sql.unsafe<Row>(statement)
      return rows
    })
  )

/** Makes a template of that name and content; it goes when the scope closes. */
export const template = Effect.fn(function* (server: PostgresServer, name: string, dataset: Dataset) {
  announce(`storing ${dataset.communications.toLocaleString("en")} communications`)
  yield* Effect.acquireRelease(run(server.url, `CREATE DATABASE ${name}`), () =>
    Effect.orDie(run(server.url, `DROP DATABASE ${name} WITH (FORCE)`))
  )
  const url = urlOf(server, name)
  yield* on(url)(migrate)
  yield* run(url, ...filling(dataset))
})

/** A fresh copy of a template, and its URL; it goes when the scope closes. */
export const copyOf = Effect.fn(function* (server: PostgresServer, name: string) {
  const copy = `${name}_copy`
  yield* Effect.acquireRelease(
    run(server.url, `DROP DATABASE IF EXISTS ${copy}`, `CREATE DATABASE ${copy} TEMPLATE ${name} STRATEGY file_copy`),
    () => Effect.orDie(run(server.url, `DROP DATABASE ${copy} WITH (FORCE)`))
  )
  return urlOf(server, copy)
})

/** How many rows tell of a completion, in each of the three tables. */
export const completions = Effect.fn(function* (url: string) {
  const [counted] = yield* run<{ readonly communications: number; readonly history: number; readonly events: number }>(
    url,
    `SELECT (SELECT count(*) FROM communications WHERE life_cycle_state = 'COMPLETED')::int AS communications,
      (SELECT count(*) FROM communication_history WHERE "from" = 'DRAFT' AND "to" = 'COMPLETED')::int AS history,
      (SELECT count(*) FROM events)::int AS events`
  )
  return counted ?? { communications: 0, history: 0, events: 0 }
})
