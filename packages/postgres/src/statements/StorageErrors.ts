import { StorageUnavailable } from "@communications/core"
import { Context, Duration, Effect, Fiber, Predicate, Schedule } from "effect"
import type { SqlError } from "effect/sql/SqlError"

/** How long a storage operation, with its wait for a connection, may take before it fails with `StorageUnavailable`. */
export const StorageTimeout = Context.Reference<Duration.Input>("@communications/postgres/StorageTimeout", {
  defaultValue: () => Duration.seconds(5)
})

/** The longest delay of a timer in Node, in milliseconds: 24 days. */
const maxTimerMillis = 2 ** 31 - 1

const millis = (limit: Duration.Input): number =>
  Math.min(Duration.toMillis(Duration.fromInputUnsafe(limit)), maxTimerMillis)

/** The current `StorageTimeout` in milliseconds. */
export const timeLimit: Effect.Effect<number> = Effect.map(StorageTimeout, millis)

/** The SQLSTATE of an error; empty if the error is not the server's. */
const sqlState = ({ reason: { cause } }: SqlError): string =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : ""

/** Classes of SQLSTATE that describe the server's condition, not a faulty statement. Source: PostgreSQL, Appendix A. */
const serverConditions = new Set(["08", "25", "28", "3D", "53", "55", "57", "58"])

/** Whether the server rolled back because of a concurrent transaction: a retry is safe and may succeed. */
const isConflict = ({ reason }: SqlError): boolean =>
  reason._tag === "SerializationError" || reason._tag === "DeadlockError"

/** Fails with `StorageUnavailable` if the server's condition is the cause. A statement that it rejects is a defect. */
const translate =
  (operation: string) =>
  (error: SqlError): Effect.Effect<never, StorageUnavailable> => {
    switch (error.reason._tag) {
      case "SqlSyntaxError":
      case "ConstraintError":
      case "UniqueViolation":
      case "AuthorizationError":
        return Effect.die(error)
      case "StatementTimeoutError":
      case "LockTimeoutError":
        return Effect.fail(new StorageUnavailable({ operation, reason: "timeout", cause: error }))
      case "UnknownError":
        return serverConditions.has(sqlState(error).slice(0, 2))
          ? Effect.fail(new StorageUnavailable({ operation, reason: "unreachable", cause: error }))
          : Effect.die(error)
      case "ConnectionError":
      case "AuthenticationError":
      case "SerializationError":
      case "DeadlockError":
        return Effect.fail(new StorageUnavailable({ operation, reason: "unreachable", cause: error }))
    }
  }

const retries = {
  while: isConflict,
  schedule: Schedule.jittered(Schedule.exponential("5 millis")),
  times: 10
}

/** Runs a statement. Retries after conflicts with concurrent transactions, and translates errors for the port. */
export const runStatement =
  (operation: string) =>
  <A, R>(run: Effect.Effect<A, SqlError, R>): Effect.Effect<A, StorageUnavailable, R> =>
    run.pipe(Effect.retry(retries), Effect.catch(translate(operation)))

/**
 * Limits the time of an operation. After a timeout, its statement may or may not have been committed. The operation is
 * interrupted but not awaited, because on a silent network the driver takes seconds to cancel a statement.
 */
export const withTimeLimit =
  (operation: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E | StorageUnavailable, R> =>
    Effect.contextWith((context: Context.Context<R>) =>
      Effect.callback<A, E | StorageUnavailable>((resume) => {
        const fork = Effect.runForkWith(context)
        const fiber = fork(run)
        const timer = setTimeout(
          () => {
            resume(Effect.fail(new StorageUnavailable({ operation, reason: "timeout" })))
            fork(Fiber.interrupt(fiber))
          },
          millis(Context.get(context, StorageTimeout))
        )
        fiber.addObserver((exit) => {
          clearTimeout(timer)
          resume(exit)
        })
        return Effect.andThen(
          Effect.sync(() => clearTimeout(timer)),
          Fiber.interrupt(fiber)
        )
      })
    )

/** Passes a function that limits a part of the effect to the time that remains since the effect began. */
export const withRemainingTime = <A, E>(
  effect: (limitToRemaining: <B, F>(part: Effect.Effect<B, F>) => Effect.Effect<B, F>) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const began = performance.now()
    return effect((part) =>
      Effect.flatMap(timeLimit, (limit) =>
        Effect.provideService(part, StorageTimeout, Math.max(0, limit - (performance.now() - began)))
      )
    )
  })
