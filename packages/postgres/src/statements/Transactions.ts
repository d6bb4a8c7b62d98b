/** Whether a statement runs in a transaction that the library did not begin. */
import { Context, Effect, Option } from "effect"
import type { SqlClient } from "effect/sql"

/** How many statements the client runs at once: 1 on a single connection, which may be the host's transaction. */
export const Concurrency = Context.Reference<number>("@communications/postgres/Concurrency", {
  defaultValue: () => Number.POSITIVE_INFINITY
})

/**
 * Whether a statement outside `withTransaction` of the client is committed at once. It is not if the client runs on the
 * handle of the host's transaction (decision 8).
 */
export const Autocommit = Effect.map(Concurrency, (concurrency) => concurrency > 1)

/** Runs one of two effects, depending on whether a transaction of this client is open. */
export const matchTransaction = <A, E>(
  { transactionService }: SqlClient.SqlClient,
  options: { readonly inTransaction: () => Effect.Effect<A, E>; readonly otherwise: () => Effect.Effect<A, E> }
): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
    Option.isSome(transaction) ? options.inTransaction() : options.otherwise()
  )
