/** Group commit (decision 10): concurrent requests share statements, and so transactions. */
import { type PortMethod, StorageUnavailable } from "@communications/core"
import { Context, Effect } from "effect"
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

/**
 * Makes a function that runs items on the storage in batches. A caller waits at most its own `StorageTimeout`; a batch
 * may take as long as the longest of its callers' time limits.
 */
export const makeStorageBatcher = <Item, A>(operation: PortMethod, { lanes, lanesPerKey, run }: Options<Item, A>) => {
  const unavailable = (reason: StorageUnavailable["reason"]) =>
    Effect.suspend(() => Effect.fail(new StorageUnavailable({ operation, reason })))
  return Effect.map(
    makeBatcher<Item, A, StorageUnavailable>({
      ...{ lanes, lanesPerKey, maxBatch: 128, halveAbove: 16, maxWaiting: 10_000 },
      overloaded: unavailable("overloaded"),
      timedOut: unavailable("timeout"),
      run: (items, limit) => Effect.provideService(withTimeLimit(operation)(run(items)), StorageTimeout, limit)
    }),
    (runInBatch) => (key: string, item: Item) => Effect.flatMap(timeLimit, (limit) => runInBatch(key, item, limit))
  )
}
