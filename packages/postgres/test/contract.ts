/** Runs the contracts on PostgreSQL. */
import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { layer } from "@effect/vitest"
import { type Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

/** A new database whose `search_path` names no schema, so that unqualified names are not found. */
export const withoutSearchPath = Effect.tap(freshDatabase, (url) =>
  SqlClient.SqlClient.pipe(
    Effect.flatMap((sql) => sql.unsafe(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path TO nowhere`)),
    Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
  )
)

const Database = PgClient.layerFrom(
  Effect.flatMap(withoutSearchPath, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
)

/** Runs the contracts in this schema, with this group commit. */
export const testContracts = (schema: string, groupCommit: Context.Service.Shape<typeof Postgres.GroupCommit>) => {
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
    for (const { name, test } of contracts) it.effect(name, () => test)
  })
}
