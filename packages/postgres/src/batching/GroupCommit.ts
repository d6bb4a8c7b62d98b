/** Requests that are made at the same time, run in one statement. */
import { StorageUnavailable } from "@communications/core"
import { Context, Effect, Option } from "effect"
import type { SqlClient } from "effect/sql"
import { bounded, StorageTimeout, timeLimit } from "../statements/StorageErrors.ts"
import { batching } from "./Batching.ts"

/**
 * Whether requests that come while others run are collected and run in one statement: `"all"` of them, or those of one
 * `"organisation"` at a time, as a distributed engine needs it. It multiplies the completions of one process a second, and
 * costs a single request some tenths of a millisecond. Never on a host's handle, nor in a transaction of the same client:
 * there every statement runs in that transaction.
 */
export const GroupCommit = Context.Reference<"all" | "organisation" | "off">("@communications/postgres/GroupCommit", {
  defaultValue: () => "off"
})

/** Runs in a batch, or alone in a transaction of the client. */
export const unlessInTransaction = <A, E>(
  { transactionService }: SqlClient.SqlClient,
  together: () => Effect.Effect<A, E>,
  alone: () => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
    Option.isSome(transaction) ? alone() : together()
  )

interface Options<Item, A> {
  readonly lanes: number
  readonly lanesPerKey: number
  /** Runs items of one key, and returns their results by position. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<A>, StorageUnavailable>
}

/**
 * Runs items on the storage in batches. A caller waits as long as its `StorageTimeout` allows; a batch takes no longer
 * than the longest of those.
 */
export const batched = <Item, A>(operation: string, { lanes, lanesPerKey, run }: Options<Item, A>) =>
  Effect.map(
    batching<Item, A, StorageUnavailable>({
      ...{ lanes, lanesPerKey, most: 128, halveAbove: 16, bound: 10_000 },
      overloaded: Effect.fail(new StorageUnavailable({ operation, reason: "overloaded" })),
      timedOut: Effect.fail(new StorageUnavailable({ operation, reason: "timeout" })),
      run: (items, limit) => Effect.provideService(bounded(operation)(run(items)), StorageTimeout, limit)
    }),
    (inTurn) => (key: string, item: Item) => Effect.flatMap(timeLimit, (limit) => inTurn(key, item, limit))
  )
