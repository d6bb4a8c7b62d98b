import { PgClient } from "@effect/sql-pg"
import { Effect, identity, Layer, Semaphore, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection } from "effect/sql"
import { toSqlError } from "./ExecutorErrors.ts"
import type { Execute } from "./Executors.ts"

export * from "./Executors.ts"

/** A connection on the host's handle. A promise cannot be cancelled: who is interrupted waits for the statement. */
const connection = (
  execute: Execute,
  inTurn: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): SqlConnection.Connection => {
  const run = (text: string, parameters: ReadonlyArray<unknown>) =>
    inTurn(Effect.uninterruptible(Effect.tryPromise({ try: () => execute(text, parameters), catch: toSqlError })))
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

/** How a host lends its handle. */
export interface ExecutorOptions {
  /** How many statements run at once: one, as a transaction needs it, or what a pool may, where each is a transaction. */
  readonly concurrency?: number | undefined
}

/**
 * An `SqlClient` on a handle of the host's, which the host opened, and alone commits, rolls back or releases. Inside
 * the host's transaction `withTransaction` is a savepoint.
 */
export const layerExecutor = (
  execute: Execute,
  { concurrency = 1 }: ExecutorOptions = {}
): Layer.Layer<SqlClient.SqlClient> =>
  Layer.effect(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      const turns = Semaphore.makeUnsafe(concurrency)
      const alone = connection(execute, Semaphore.makeUnsafe(1).withPermit)
      const client = yield* SqlClient.make({
        driver: "host",
        compiler: PgClient.makeCompiler(),
        spanAttributes: [["db.system.name", "postgresql"]],
        acquirer: Effect.as(turns.takeScoped(1), connection(execute, identity)),
        // No statement of another fiber may land in a savepoint.
        transactionAcquirer: Effect.as(turns.takeScoped(concurrency), alone)
      })
      const withTransaction = SqlClient.makeWithTransaction({
        transactionService: client.transactionService,
        spanAttributes: [],
        acquireConnection: (restore) => restore(client.reserve),
        begin: (on) => save(on), // whatever isolation is wished for: the host's transaction has one already
        commit: (on) => release(on),
        rollback: undo,
        onCommitFailure: undo, // after a statement that failed and was caught, as PostgreSQL then refuses to release
        savepoint: save,
        releaseSavepoint: release,
        rollbackSavepoint: rollBack
      })
      return Object.assign(client, { withTransaction })
    })
  ).pipe(Layer.provide(Reactivity.layer))
