import { Readiness } from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { bounded, StorageTimeout, statement } from "./StorageErrors.ts"

/** Ready when PostgreSQL answers within a second. */
export const layer: Layer.Layer<Readiness, never, SqlClient.SqlClient> = Layer.effect(
  Readiness,
  Effect.map(SqlClient.SqlClient, (sql) => ({
    check: sql`SELECT 1`.pipe(
      Effect.asVoid,
      statement("readiness.check"),
      bounded("readiness.check"),
      Effect.provideService(StorageTimeout, "1 second")
    )
  }))
)
