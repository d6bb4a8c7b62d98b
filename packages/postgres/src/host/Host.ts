import { PgClient } from "@effect/sql-pg"
import { Effect, identity, Layer, Semaphore, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection } from "effect/sql"
import { Concurrency } from "../statements/Transactions.ts"
import { toSqlError } from "./ExecutorErrors.ts"
import type { Execute } from "./Executors.ts"
import { checkRows } from "./ResultRows.ts"

export * from "./Executors.ts"

/** A connection on the host's handle. Promises cannot be cancelled: an interrupted caller waits for its statement. */
const connection = (
  execute: Execute,
  withPermit: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): SqlConnection.Connection => {
  const run = (text: string, parameters: ReadonlyArray<unknown>) =>
    withPermit(
      Effect.uninterruptible(Effect.tryPromise({ try: () => execute(text, parameters), catch: toSqlError }))
    ).pipe(Effect.map((rows) => checkRows(text, rows)))
  const rows: SqlConnection.Connection["execute"] = (text, parameters, transform = identity) =>
    Effect.map(run(text, parameters), transform)
  const values: SqlConnection.Connection["executeValues"] = (text, parameters) =>
    Effect.map(run(text, parameters), (found) => found.map((row) => Object.values(row)))
  return {
    execute: rows,
    executeUnprepared: rows,
    executeRaw: run,
    executeValues: values,
    executeValuesUnprepared: values,
    executeStream: (text, parameters, transform) => Stream.fromIterableEffect(rows(text, parameters, transform))
  }
}

const control =
  (statement: "SAVEPOINT" | "RELEASE SAVEPOINT" | "ROLLBACK TO SAVEPOINT") =>
  (on: SqlConnection.Connection, level = 0) =>
    Effect.asVoid(on.executeUnprepared(`${statement} communications_${level}`, [], undefined))

const [save, release, rollBack] = [control("SAVEPOINT"), control("RELEASE SAVEPOINT"), control("ROLLBACK TO SAVEPOINT")]
const undo = (on: SqlConnection.Connection) => Effect.andThen(rollBack(on), release(on))

/** How the library uses the host's handle. */
export interface ExecutorOptions {
  /**
   * How many statements may run at once. By default the handle decides: the size of a pool, 1 in a transaction. It may not
   * exceed the size of the pool, which Kysely and Prisma hide.
   */
  readonly concurrency?: number | undefined
}

/** How many statements run at once on a handle. */
const concurrencyOf = (execute: Execute, options: ExecutorOptions): number => {
  const { concurrency: size = 1, isPoolSize = false } = execute
  const { concurrency = size } = options
  if (!Number.isSafeInteger(concurrency) || concurrency <= 0)
    throw new RangeError(`concurrency must be a positive whole number, not ${concurrency}`)
  if (isPoolSize && concurrency > size)
    throw new RangeError(`concurrency is ${concurrency}, but the pool has ${size} connections: make the pool larger`)
  // A single connection or a transaction stays one, whatever options it shares with a pool.
  return execute.concurrency === 1 ? 1 : concurrency
}

/**
 * An `SqlClient` on a handle of the host (decision 8). Only the host commits, rolls back or releases the handle. In the
 * host's transaction, `withTransaction` makes a savepoint.
 */
export const layerExecutor = (execute: Execute, options: ExecutorOptions = {}): Layer.Layer<SqlClient.SqlClient> => {
  const concurrency = concurrencyOf(execute, options)
  return Layer.effect(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      const permits = Semaphore.makeUnsafe(concurrency)
      const transactionConnection = connection(execute, Semaphore.makeUnsafe(1).withPermit)
      const client = yield* SqlClient.make({
        driver: "host",
        compiler: PgClient.makeCompiler(),
        spanAttributes: [["db.system.name", "postgresql"]],
        acquirer: Effect.as(permits.takeScoped(1), connection(execute, identity)),
        // A savepoint takes all permits, so that no statement of another fiber runs in it.
        transactionAcquirer: Effect.as(permits.takeScoped(concurrency), transactionConnection)
      })
      const withTransaction = SqlClient.makeWithTransaction({
        transactionService: client.transactionService,
        spanAttributes: [],
        acquireConnection: (restore) => restore(client.reserve),
        begin: (on) => save(on), // ignores the isolation level, which the host's transaction has set
        commit: (on) => release(on),
        rollback: undo,
        onCommitFailure: undo, // PostgreSQL refuses to release a savepoint after a failed statement
        savepoint: save,
        releaseSavepoint: release,
        rollbackSavepoint: rollBack
      })
      return Object.assign(client, { withTransaction })
    })
  ).pipe(Layer.provide(Reactivity.layer), Layer.merge(Layer.succeed(Concurrency, concurrency)))
}
