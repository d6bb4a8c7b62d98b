/** The time limit of calls to the storage. */
import { Context, Duration, Effect } from "effect"
import { StorageUnavailable } from "./domain/errors/index.ts"
import { endEarly, startTimer } from "./endEarly.ts"

/** How long a storage operation, with its wait for a connection, may take before it fails with `StorageUnavailable`. */
export const StorageTimeout = Context.Reference<Duration.Input>("@communications/core/StorageTimeout", {
  defaultValue: () => Duration.seconds(5)
})

/** Limits the time of an operation that calls the storage several times. After a timeout, its change may have been made. */
export const withinStorageTimeout =
  (operation: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E | StorageUnavailable, R> =>
    endEarly<A, E | StorageUnavailable, R>(run, (end, context) => {
      const timeout = () => end(Effect.fail(new StorageUnavailable({ operation, reason: "timeout" })))
      return startTimer(context, Context.get(context, StorageTimeout), timeout)
    })
