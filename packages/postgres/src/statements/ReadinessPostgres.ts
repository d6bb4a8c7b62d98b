import { Readiness, StorageUnavailable } from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Shares } from "./Shares.ts"
import { makeEndReadOnlySession, makeRunStatement, StorageTimeout, withTimeLimit } from "./StorageErrors.ts"

const readOnly = Effect.suspend(() =>
  Effect.fail(new StorageUnavailable({ operation: "Readiness.check", reason: "read-only" }))
)

/** Ready if PostgreSQL runs a statement within one second and accepts changes. */
export const layer: Layer.Layer<Readiness, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Readiness,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const endReadOnlySession = yield* makeEndReadOnlySession
    return {
      check: sql<{ readonly read_only: string }>`SELECT current_setting('transaction_read_only') AS read_only`.pipe(
        runStatement("Readiness.check"),
        Effect.flatMap(([row]) =>
          row?.read_only === "on" ? Effect.andThen(endReadOnlySession, readOnly) : Effect.void
        ),
        withTimeLimit("Readiness.check"),
        Effect.provideService(StorageTimeout, "1 second")
      )
    }
  })
)
