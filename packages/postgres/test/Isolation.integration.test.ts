import type { OrganisationId } from "@communications/core"
import { isolationContract } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

const Ports = Postgres.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
  Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
  Layer.provideMerge(
    PgClient.layerFrom(Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url) })))
  )
)

/** All rows of an organisation, in every table with a column `organisation`. */
const rowsOf = Effect.fnUntraced(function* (organisation: OrganisationId) {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'communications' AND column_name = 'organisation' ORDER BY 1`
  assert.isAtLeast(tables.length, 7)
  return yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(
      sql<{ readonly row: string }>`
        SELECT t::text AS row FROM ${sql(name)} AS t WHERE organisation = ${organisation}::uuid ORDER BY 1`,
      (rows) => [name, ...rows.map(({ row }) => row)].join("\n")
    )
  )
})

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("rows of another organisation do not change", (it) => {
  for (const { name, test } of isolationContract(rowsOf)) it.effect(name, () => test, 60_000)
})
