import { endEarly, isTracerInstalled, type PortMethod, StorageTimeout, StorageUnavailable } from "@communications/core"
import { Context, Duration, Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { withRemedy } from "./Remedies.ts"
import { Shares } from "./Shares.ts"
import { describeError, sqlStateOf } from "./SqlState.ts"
import { Concurrency, makeMatchAnyTransaction, matchTransaction } from "./Transactions.ts"

export { StorageTimeout }

/** The longest delay of a timer in Node, in milliseconds: 24 days. */
const maxTimerMillis = 2 ** 31 - 1

const millis = (limit: Duration.Input): number =>
  Math.min(Duration.toMillis(Duration.fromInputUnsafe(limit)), maxTimerMillis)

/** The current `StorageTimeout` in milliseconds. */
export const timeLimit: Effect.Effect<number> = Effect.map(StorageTimeout, millis)

/** Classes of SQLSTATE that describe the server's condition, not a faulty statement. Source: PostgreSQL, Appendix A. */
const serverConditions = new Set(["08", "25", "28", "3D", "53", "55", "57", "58"])

/** The reasons of SQLSTATEs that a failed operation reports. */
const reasonOfState: { readonly [sqlState: string]: StorageUnavailable["reason"] } = {
  "25006": "read-only",
  "25P02": "aborted",
  "25P04": "timeout",
  "40001": "conflict",
  "40P01": "conflict",
  "55P03": "timeout",
  "57014": "timeout"
}

const reasonOf = ({ _tag }: SqlError["reason"], sqlState: string | null): StorageUnavailable["reason"] | undefined => {
  const isUnreachable =
    _tag === "ConnectionError" || _tag === "AuthenticationError" || serverConditions.has(String(sqlState).slice(0, 2))
  return reasonOfState[String(sqlState)] ?? (isUnreachable ? "unreachable" : undefined)
}

/**
 * Fails with `StorageUnavailable` if the server's condition is the cause. A statement that it rejects is a defect. The
 * cause of both is the error of the server or of the network.
 */
const translate =
  (operation: PortMethod) =>
  ({ reason, message }: SqlError): Effect.Effect<never, StorageUnavailable> => {
    const { cause } = reason
    const sqlState = sqlStateOf(cause)
    const unavailable = reasonOf(reason, sqlState)
    if (unavailable !== undefined) {
      return Effect.fail(new StorageUnavailable({ operation, reason: unavailable, sqlState, cause }))
    }
    const detail = describeError(cause) ?? message
    return Effect.die(new Error(withRemedy(`${operation}: ${detail}`, sqlState), { cause }))
  }

const hasReason =
  (expected: StorageUnavailable["reason"]) =>
  ({ reason }: SqlError): boolean =>
    reasonOfState[String(sqlStateOf(reason.cause))] === expected
const isConflict = hasReason("conflict")
const isReadOnly = hasReason("read-only")

/**
 * Makes the effect that ends a session that accepts only reads, outside a transaction: after a failover the pool then
 * connects to the new primary, instead of using its connections to a standby until they expire. It runs on any connection
 * of the pool, and changes nothing if that one accepts changes. Connections of a host are the host's to end.
 */
export const makeEndReadOnlySession = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const isHosts = Number.isFinite(yield* Concurrency)
  const end = sql`
    SELECT pg_terminate_backend(pg_backend_pid()) WHERE current_setting('transaction_read_only') = 'on'`
  return isHosts
    ? Effect.void
    : matchTransaction(sql, { inTransaction: () => Effect.void, otherwise: () => Effect.ignore(end) })
})

/** Names the method of the port in the span of its statement, if a tracer is installed. */
const named = <A, E, R>(operation: PortMethod, run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.tracer, (tracer) =>
    isTracerInstalled(tracer) ? Effect.annotateSpans(run, "db.operation.name", operation) : run
  )

const no = Effect.succeed(false)
const yes = Effect.succeed(true)

/**
 * Makes the function that runs a statement, of an organisation if it has one, within the share of the pool that its kind of
 * work has, and translates its errors for the port. After a conflict with a concurrent
 * transaction it retries the statement, unless the statement ran in a transaction, which the conflict has aborted. It ends a
 * session that accepts only reads.
 */
export const makeRunStatement = Effect.gen(function* () {
  const matchAnyTransaction = yield* makeMatchAnyTransaction
  const inShare = yield* Shares
  const endReadOnlySession = yield* makeEndReadOnlySession
  const retries = {
    while: (error: SqlError) =>
      isConflict(error) ? matchAnyTransaction({ inTransaction: () => no, otherwise: () => yes }) : no,
    schedule: Schedule.jittered(Schedule.exponential("5 millis")),
    times: 10
  }
  return (operation: PortMethod, organisation = "") =>
    <A, R>(run: Effect.Effect<A, SqlError, R>): Effect.Effect<A, StorageUnavailable, R> =>
      named(operation, run).pipe(
        inShare(operation, organisation),
        Effect.retry(retries),
        Effect.tapError((error) => (isReadOnly(error) ? endReadOnlySession : Effect.void)),
        Effect.catch(translate(operation))
      )
})

/** Limits the time of an operation. After a timeout, its statement may or may not have been committed. */
export const withTimeLimit =
  (operation: PortMethod) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E | StorageUnavailable, R> =>
    endEarly<A, E | StorageUnavailable, R>(run, (end, context) => {
      const timeout = () => end(Effect.fail(new StorageUnavailable({ operation, reason: "timeout" })))
      const timer = setTimeout(timeout, millis(Context.get(context, StorageTimeout)))
      return () => clearTimeout(timer)
    })

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
