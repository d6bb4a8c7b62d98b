/** The tables on a Citus cluster of a coordinator and two workers: the folder POSTGRES_BIN belongs to a PostgreSQL with Citus. */
import { type Clause, contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"

const startNode = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = await startPostgres({
      ...{ shared_preload_libraries: "citus", fsync: "off", max_connections: "300", max_prepared_transactions: "300" },
      ...{ "citus.node_conninfo": "sslmode=disable", "citus.enable_statistics_collection": "off" }
    }).catch((cause) => {
      throw new Error("No PostgreSQL with Citus starts: install both, and set POSTGRES_BIN to the folder of initdb.", {
        cause
      })
    })
    await query(server, "CREATE EXTENSION citus")
    return server
  }),
  ({ stop }) => Effect.promise(stop)
)

const query = async ({ url }: PostgresServer, ...statements: ReadonlyArray<string>) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const cluster = Effect.gen(function* () {
  const [coordinator, ...workers] = yield* Effect.all([startNode, startNode, startNode])
  const port = (server: PostgresServer) => new URL(server.url).port
  yield* Effect.promise(() =>
    query(
      coordinator,
      `SELECT citus_set_coordinator_host('127.0.0.1', ${port(coordinator)})`,
      ...workers.map((worker) => `SELECT citus_add_node('127.0.0.1', ${port(worker)})`)
    )
  )
  return coordinator.url
})

const Cluster = Layer.unwrap(
  Effect.map(cluster, (url) => PgClient.layer({ url: Redacted.make(url), maxConnections: 10 }))
)

/** The columns by which Citus has distributed the tables, and how it has grouped them. */
const distributed = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<{ readonly table: string; readonly by: string; readonly group: number }>`
    SELECT c.relname::text AS table, CASE partmethod WHEN 'n' THEN 'reference' ELSE column_to_column_name(p.logicalrelid, partkey) END
      AS by, colocationid::int AS group
    FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid WHERE partmethod <> 'n' OR repmodel = 't'`
)

/** The tables at migration 6, distributed, and then migrated. */
const Distributed = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const all = Postgres.migrationsSql()
    yield* Effect.forEach(all.slice(0, all.indexOf(Postgres.migrationsSql({ after: 6 }))).split(";\n\n"), (statement) =>
      sql.unsafe(statement)
    )
    yield* Postgres.distribute
    assert.deepStrictEqual(
      (yield* Postgres.migrate).map(([id]) => id),
      [7, 8, 9]
    )
    assert.deepStrictEqual(yield* Postgres.distribute, [])
  })
)

/** The subscriptions read the log of all organisations, which Citus does not route: docs/scaling.md. */
const isOfSubscriptions = ({ name }: Pick<Clause<never>, "name">) => name.startsWith("Events: ")

describe.each(["organisation", "off"] as const)("with group commit %s", (groupCommit) => {
  const Ports = Postgres.layer.pipe(
    Layer.provideMerge(Distributed),
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, groupCommit)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(Cluster)
  )
  layer(Ports, { excludeTestServices: true, timeout: "5 minutes" })((it) => {
    it.effect("migrations keep the distribution of every table", () =>
      Effect.gen(function* () {
        const found = yield* distributed
        assert.sameDeepMembers(
          found.map(({ table, by }) => [table, by]),
          Object.entries(Postgres.distribution).map(([table, by]) => [table, by === "reference" ? by : by.column])
        )
        const groups = new Set(found.flatMap(({ by, group }) => (by === "organisation" ? [group] : [])))
        assert.strictEqual(groups.size, 1)
      })
    )
    for (const clause of contracts.filter((clause) => !isOfSubscriptions(clause)))
      it.effect(clause.name, () => clause.test, 300_000)
  })
})
