/** Whether a statement runs in a transaction that the library did not begin. */
import { Context, Effect, Option } from "effect"
import { SqlClient } from "effect/sql"

/**
 * How many statements the client can run at once. If it is 1, the client may run on the handle of the host's transaction
 * (decision 8), so no statement counts as committed at once.
 */
export const Concurrency = Context.Reference<number>("@communications/postgres/Concurrency", {
  defaultValue: () => Number.POSITIVE_INFINITY
})

/** Makes the function that runs one of two effects, depending on whether a statement may run in an open transaction. */
export const makeMatchTransaction = Effect.gen(function* () {
  const { transactionService } = yield* SqlClient.SqlClient
  const concurrency = yield* Concurrency
  return <A, E, R, B, F, S>(options: {
    readonly inTransaction: () => Effect.Effect<A, E, R>
    readonly otherwise: () => Effect.Effect<B, F, S>
  }): Effect.Effect<A | B, E | F, R | S> =>
    concurrency === 1
      ? options.inTransaction()
      : Effect.flatMap(
          Effect.serviceOption(transactionService),
          (transaction): Effect.Effect<A | B, E | F, R | S> =>
            Option.isSome(transaction) ? options.inTransaction() : options.otherwise()
        )
})
