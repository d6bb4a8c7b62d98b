import { Context, type Effect } from "effect"
import type { StorageUnavailable, TooManyAttempts } from "../domain/errors/index.ts"
import type { Limit } from "../domain/LogInLimits.ts"

/**
 * Limits attempts, against guessing. Each limit is a bucket of attempts that refills over time (decision 12), by the clock of
 * the storage.
 */
export class Attempts extends Context.Service<
  Attempts,
  {
    /** Takes one attempt from the bucket, atomically. Fails with `TooManyAttempts` if the bucket is empty. */
    take(limit: Limit): Effect.Effect<void, TooManyAttempts | StorageUnavailable>

    /** Puts an attempt back into the bucket, because it does not count. */
    giveBack(limit: Limit): Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Attempts") {}
