import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"
import { testContracts, withoutSearchPath } from "./contract.ts"

testContracts("public", "off")
testContracts('a "quoted" name', "all")
testContracts("public", "organisation")

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
  for (const { name, test } of contracts) it.effect(name, () => test)

  it.effect("the ports use the schema of the host, not the search path", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Postgres.DatabaseSchema, "communications")
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SHOW search_path`, [{ search_path: "nowhere" }])
    })
  )
})
