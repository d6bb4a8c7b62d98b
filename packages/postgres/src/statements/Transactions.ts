/** Whether a statement runs in a transaction that the library did not begin. */
import { Context, Effect, Option } from "effect"
import { SqlClient } from "effect/sql"

/** How many statements the client runs at once: 1 on a single connection, which may be the host's transaction. */
export const Concurrency = Context.Reference<number>("@communications/postgres/Concurrency", {
  defaultValue: () => Number.POSITIVE_INFINITY
})

/** An effect for a statement in a transaction, and one for a statement that is committed at once. */
interface Options<A, E, R> {
  readonly inTransaction: () => Effect.Effect<A, E, R>
  readonly otherwise: () => Effect.Effect<A, E, R>
}

/** Runs one of two effects, depending on whether a transaction of this client is open. */
export const matchTransaction = <A, E, R>(
  { transactionService }: SqlClient.SqlClient,
  options: Options<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
    Option.isSome(transaction) ? options.inTransaction() : options.otherwise()
  )

/**
 * Makes a `matchTransaction` for which a statement on a single connection is in a transaction, too: the connection may be
 * the handle of the host's transaction (decision 8).
 */
export const makeMatchAnyTransaction = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const isPool = (yield* Concurrency) > 1
  return <A, E, R>(options: Options<A, E, R>): Effect.Effect<A, E, R> =>
    isPool ? matchTransaction(client, options) : options.inTransaction()
})
