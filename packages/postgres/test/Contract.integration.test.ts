import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"

/** A new database whose `search_path` names no schema, so that unqualified names are not found. */
const withoutSearchPath = Effect.tap(freshDatabase, (url) =>
  SqlClient.SqlClient.pipe(
    Effect.flatMap((sql) => sql.unsafe(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path TO nowhere`)),
    Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
  )
)

const Database = PgClient.layerFrom(
  Effect.flatMap(withoutSearchPath, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
)

for (const [schema, groupCommit] of [
  ["public", "off"],
  ['a "quoted" name', "off"],
  ["public", "all"],
  ['a "quoted" name', "all"],
  ["public", "organisation"]
] as const) {
  const Ports = Postgres.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.DatabaseSchema, schema)),
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, groupCommit)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(Database)
  )
  const title = `ten connections, schema ${schema}, group commit ${groupCommit}`
  layer(Ports, { excludeTestServices: true, timeout: "1 minute" })(title, (it) => {
    for (const { name, test } of contracts) it.effect(name, () => test, 60_000)
  })
}

const onHost = Layer.unwrap(
  Effect.gen(function* () {
    const connectionString = yield* withoutSearchPath
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new pg.Pool({ connectionString, max: 10 })),
      (pool) => Effect.promise(() => pool.end())
    )
    yield* Effect.promise(() => pool.query(Postgres.migrationsSql({ schema: "communications" })))
    return Postgres.layerHost(Postgres.fromPg(pool), { concurrency: 10, schema: "communications" })
  })
).pipe(
  Layer.provide(Layer.succeed(Postgres.PasswordCost, 4)),
  Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute"))
)
layer(onHost, { excludeTestServices: true, timeout: "1 minute" })("a host's pool, schema communications", (it) => {
  for (const { name, test } of contracts) it.effect(name, () => test, 60_000)

  it.effect("the ports use the schema of the host, not the search path", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Postgres.DatabaseSchema, "communications")
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SHOW search_path`, [{ search_path: "nowhere" }])
    })
  )
})
