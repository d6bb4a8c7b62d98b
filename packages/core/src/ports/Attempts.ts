import { Context, type Effect } from "effect"
import type { StorageUnavailable, TooManyAttempts } from "../domain/errors/index.ts"
import type { Limit } from "../domain/LogInLimits.ts"

/** Counts attempts, so that no one guesses for long: each limit is a bucket that fills up again by itself. */
export class Attempts extends Context.Service<
  Attempts,
  {
    /** Takes one attempt, however many ask at once; `TooManyAttempts` where there is none left for the moment. */
    take(limit: Limit): Effect.Effect<void, TooManyAttempts | StorageUnavailable>

    /** Gives back an attempt that was taken: it was none that counts. */
    giveBack(limit: Limit): Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Attempts") {}
