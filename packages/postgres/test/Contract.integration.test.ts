import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { freshDatabase } from "../../../test/freshDatabase.ts"

const Database = PgClient.layerFrom(
  Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
)

for (const [schema, together] of [
  ["public", false],
  ['a "host" of its own', false],
  ["public", true],
  ['a "host" of its own', true]
] as const) {
  const Ports = Postgres.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.DatabaseSchema, schema)),
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, together)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(Database)
  )
  const how = `ten connections, schema ${schema}, group commit ${together ? "on" : "off"}`
  layer(Ports, { excludeTestServices: true, timeout: "1 minute" })(how, (it) => {
    for (const { name, test } of contracts) it.effect(name, () => test, 60_000)
  })
}
