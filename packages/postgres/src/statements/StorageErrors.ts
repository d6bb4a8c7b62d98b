import { StorageUnavailable } from "@communications/core"
import { Context, Duration, Effect, Fiber, Predicate, Schedule } from "effect"
import type { SqlError } from "effect/sql/SqlError"

/** How long an operation on the storage may take, waiting for a connection included, before it is `StorageUnavailable`. */
export const StorageTimeout = Context.Reference<Duration.Input>("@communications/postgres/StorageTimeout", {
  defaultValue: () => Duration.seconds(5)
})

/** The most that a timer takes: 24 days. */
const longest = 2 ** 31 - 1

const millis = (limit: Duration.Input): number => Math.min(Duration.toMillis(Duration.fromInputUnsafe(limit)), longest)

/** How long that is, in milliseconds. */
export const timeLimit: Effect.Effect<number> = Effect.map(StorageTimeout, millis)

/** The five characters by which PostgreSQL says what went wrong, or nothing where it never spoke. */
const sqlState = ({ reason: { cause } }: SqlError): string =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : ""

/** Classes of SQLSTATE that tell of the server's condition, not of our statement. Source: PostgreSQL, Appendix A. */
const conditions = new Set(["08", "25", "28", "3D", "53", "55", "57", "58"])

/** Whether the server rolled back for the sake of others: running again is safe and may succeed. */
const isContention = ({ reason }: SqlError): boolean =>
  reason._tag === "SerializationError" || reason._tag === "DeadlockError"

/** `StorageUnavailable` where the server is to blame, else a defect: a statement of ours that it does not accept. */
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
        return conditions.has(sqlState(error).slice(0, 2))
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
  while: isContention,
  schedule: Schedule.jittered(Schedule.exponential("5 millis")),
  times: 10
}

/** Runs a statement: again where it lost against a concurrent one, and with the server's failures in the port's words. */
export const statement =
  (operation: string) =>
  <A, R>(run: Effect.Effect<A, SqlError, R>): Effect.Effect<A, StorageUnavailable, R> =>
    run.pipe(Effect.retry(retries), Effect.catch(translate(operation)))

/**
 * Bounds an operation in time. What it was doing then may or may not have happened; it is told to stop, but not waited
 * for, since where the network is silent the driver spends seconds on that.
 */
export const bounded =
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

/** Lends a function that bounds a part of an effect by what is left of the time limit since the effect began. */
export const withinRest = <A, E>(
  effect: (rest: <B, F>(part: Effect.Effect<B, F>) => Effect.Effect<B, F>) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const began = performance.now()
    return effect((part) =>
      Effect.flatMap(timeLimit, (limit) =>
        Effect.provideService(part, StorageTimeout, Math.max(0, limit - (performance.now() - began)))
      )
    )
  })
