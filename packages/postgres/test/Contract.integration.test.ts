import { communicationsContract, sessionsContract } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { freshDatabase } from "../../../test/freshDatabase.ts"

const Database = PgClient.layerFrom(
  Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
)
const Ports = Postgres.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(Database)
)

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("on PostgreSQL, ten connections", (it) => {
  for (const { name, test } of communicationsContract) it.effect(`Communications: ${name}`, () => test)
  for (const { name, test } of sessionsContract) it.effect(`Sessions: ${name}`, () => test)
})
