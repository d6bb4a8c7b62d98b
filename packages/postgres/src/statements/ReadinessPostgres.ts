import { Readiness } from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { makeRunStatement, StorageTimeout, withTimeLimit } from "./StorageErrors.ts"

/** Ready if PostgreSQL runs a statement within one second. */
export const layer: Layer.Layer<Readiness, never, SqlClient.SqlClient> = Layer.effect(
  Readiness,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    return {
      check: sql`SELECT 1`.pipe(
        Effect.asVoid,
        runStatement("readiness.check"),
        withTimeLimit("readiness.check"),
        Effect.provideService(StorageTimeout, "1 second")
      )
    }
  })
)
