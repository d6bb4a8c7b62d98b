/** Group commit (decision 10): concurrent requests share statements, and so transactions. */
import { MetricsEnabled, type PortMethod, StorageUnavailable } from "@communications/core"
import { Context, Effect, type Tracer } from "effect"
import { postgresMetrics } from "../statements/Metrics.ts"
import { StorageTimeout, timeLimit, withTimeLimit } from "../statements/StorageErrors.ts"
import { makeBatcher } from "./Batcher.ts"

/**
 * Whether requests that arrive while others are running share a statement. `"all"` batches requests of all
 * organisations; `"organisation"` batches only requests of the same organisation, for tables that Citus distributes by
 * organisation. Group commit multiplies the completions per second of one process and adds some tenths of a millisecond
 * to a single request. It is never used on a host's handle or in a transaction of the same client, because every
 * statement must run in that transaction.
 */
export const GroupCommit = Context.Reference<"all" | "organisation" | "off">("@communications/postgres/GroupCommit", {
  defaultValue: () => "off"
})

interface Options<Item, A> {
  readonly lanes: number
  readonly lanesPerKey: number
  /** Runs items of one key and returns their results in the same order. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<A>, StorageUnavailable>
}

/** An item, and the span of its caller if a tracer is installed. */
interface Traced<Item> {
  readonly item: Item
  readonly span: Tracer.AnySpan | undefined
}

/** Runs a batch in the trace of its first caller whose trace is sampled; the spans of the others are linked. */
const inTraces =
  <Item>(operation: PortMethod, items: ReadonlyArray<Traced<Item>>) =>
  <A, E>(run: Effect.Effect<A, E>): Effect.Effect<A, E> => {
    const spans = items.flatMap(({ span }) => span ?? [])
    const parent = spans.find(({ sampled }) => sampled) ?? spans[0]
    if (parent === undefined) return run
    const links = spans.filter((span) => span !== parent).map((span) => ({ span, attributes: {} }))
    const attributes = { "db.operation.batch.size": items.length }
    return Effect.withSpan(run, `${operation} batch`, { parent, links, attributes, captureStackTrace: false })
  }

/**
 * Makes a function that runs items on the storage in batches. A caller waits at most its own `StorageTimeout`; a batch
 * may take as long as the longest of its callers' time limits.
 */
export const makeStorageBatcher = Effect.fnUntraced(function* <Item, A>(
  operation: PortMethod,
  { lanes, lanesPerKey, run }: Options<Item, A>
) {
  const unavailable = (reason: StorageUnavailable["reason"]) =>
    Effect.suspend(() => Effect.fail(new StorageUnavailable({ operation, reason })))
  const context = yield* Effect.context<never>()
  const sizes = (yield* MetricsEnabled) ? postgresMetrics.batchSize.with({ method: operation }) : undefined
  const runInBatch = yield* makeBatcher<Traced<Item>, A, StorageUnavailable>({
    ...{ lanes, lanesPerKey, maxBatch: 128, halveAbove: 16, maxWaiting: 10_000 },
    overloaded: unavailable("overloaded"),
    timedOut: unavailable("timeout"),
    run: (items, limit) => {
      sizes?.updateUnsafe(items.length, context)
      return run(items.map(({ item }) => item)).pipe(
        withTimeLimit(operation),
        Effect.provideService(StorageTimeout, limit),
        inTraces(operation, items)
      )
    }
  })
  return (key: string, item: Item): Effect.Effect<A, StorageUnavailable> =>
    Effect.flatMap(timeLimit, (limit) =>
      Effect.withFiber(({ cache }) => runInBatch(key, { item, span: cache.span }, limit))
    )
})
