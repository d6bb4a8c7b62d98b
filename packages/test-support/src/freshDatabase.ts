import { randomUUID } from "node:crypto"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { inject } from "vitest"

/** Creates an empty database on the PostgreSQL of the tests and returns its URL. */
export const freshDatabase = Effect.gen(function* () {
  const name = `test_${randomUUID().replaceAll("-", "")}`
  const sql = yield* PgClient.PgClient
  yield* sql.unsafe(`CREATE DATABASE ${name}`)
  const url = new URL(inject("postgresUrl"))
  url.pathname = `/${name}`
  return url.href
}).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(inject("postgresUrl")), maxConnections: 1 })))
