import { randomUUID } from "node:crypto"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { inject } from "vitest"

/**
 * Creates an empty database on a server and returns its URL. Because of the search path, statements of tests can omit
 * the default schema of the library; its own statements never do.
 */
export const databaseOn = Effect.fnUntraced(
  function* (server: string) {
    const name = `test_${randomUUID().replaceAll("-", "")}`
    const sql = yield* PgClient.PgClient
    yield* sql.unsafe(`CREATE DATABASE ${name}`)
    yield* sql.unsafe(`ALTER DATABASE ${name} SET search_path = communications, public`)
    return Object.assign(new URL(server), { pathname: `/${name}` }).href
  },
  (database, server) => Effect.provide(database, PgClient.layer({ url: Redacted.make(server), maxConnections: 1 }))
)

/** Creates an empty database on the PostgreSQL of the tests and returns its URL. */
export const freshDatabase = Effect.suspend(() => databaseOn(inject("postgresUrl")))
