/** Runs statements that may store an idempotency key. */
import {
  type Act,
  IdempotencyKeyReused,
  type OrganisationId,
  type PortMethod,
  StorageUnavailable
} from "@communications/core"
import { Effect, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { makeRunStatement } from "./StorageErrors.ts"
import { makeMatchAnyTransaction } from "./Transactions.ts"

const isUniqueViolation = ({ reason }: SqlError): boolean => reason._tag === "UniqueViolation"

/**
 * Makes the function that runs the statement of an act. If the act has an idempotency key, a unique violation means that
 * an earlier act has stored this key. In a transaction, which the violation has aborted, this is a conflict: the host runs
 * the transaction again, and then the earlier act is found before the statement runs.
 */
export const makeRunAct = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const matchAnyTransaction = yield* makeMatchAnyTransaction
  const runStatement = yield* makeRunStatement
  return (operation: PortMethod, organisation: OrganisationId, { idempotency }: Pick<Act, "idempotency">) =>
    <A, R>(run: Effect.Effect<A, SqlError, R>): Effect.Effect<A, IdempotencyKeyReused | StorageUnavailable, R> => {
      if (idempotency === undefined) return runStatement(operation, organisation)(run)
      const attempt = run.pipe(
        Effect.map((done) => Result.succeed(done)),
        Effect.catchIf(isUniqueViolation, ({ reason: { cause } }) => Effect.succeed(Result.fail(cause)))
      )
      return Effect.flatMap(runStatement(operation, organisation)(attempt), (result) => {
        if (Result.isSuccess(result)) return Effect.succeed(result.success)
        const reused = () => Effect.fail(new IdempotencyKeyReused({ key: idempotency.key }))
        const conflict = () =>
          Effect.fail(
            new StorageUnavailable({ operation, reason: "conflict", sqlState: "23505", cause: result.failure })
          )
        // A transaction accepts no statement after the violation; a single connection outside a transaction does.
        const unlessAborted = Effect.matchEffect(client`SELECT 1`, { onFailure: conflict, onSuccess: reused })
        return matchAnyTransaction<never, IdempotencyKeyReused | StorageUnavailable, never>({
          inTransaction: () => unlessAborted,
          otherwise: reused
        })
      })
    }
})
