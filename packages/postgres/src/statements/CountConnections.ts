/** Counts how many connections are in use, and how many statements wait for one. */
import { MetricsEnabled } from "@communications/core"
import { Effect, Metric } from "effect"
import { postgresMetrics } from "./Metrics.ts"

type Around = <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Counts a statement from when it needs a connection until it ends (`whole`), and the part that may use one (`running`). */
export interface ConnectionCount {
  readonly whole: Around
  readonly running: Around
}

const uncounted: ConnectionCount = { whole: (run) => run, running: (run) => run }

/**
 * Makes the count for a pool of this size. A statement uses one connection. A pool does not reveal how many wait in it: those
 * are the statements that may run beyond its size.
 */
export const makeConnectionCount = Effect.fnUntraced(function* (size: number) {
  if (!(yield* MetricsEnabled)) return uncounted
  const [present, running] = [{ count: 0 }, { count: 0 }]
  const inUse = () => Math.min(running.count, size)
  const context = yield* Effect.context<never>()
  const gauge = (metric: Metric.Gauge<number>, value: () => number) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const get = () => ({ value: value() })
        return Metric.registerUnsafe(metric, context, { get, update: () => {}, modify: () => {} })
      }),
      (registration) => Effect.sync(registration.remove)
    )
  yield* gauge(postgresMetrics.connectionsInUse.with({}), inUse)
  yield* gauge(postgresMetrics.statementsWaiting.with({}), () => present.count - inUse())
  const counted =
    (counter: { count: number }): Around =>
    (run) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          counter.count++
        }),
        () => run,
        () =>
          Effect.sync(() => {
            counter.count--
          })
      )
  const count: ConnectionCount = { whole: counted(present), running: counted(running) }
  return count
})
