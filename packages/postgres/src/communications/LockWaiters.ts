/** How requests wait for locked rows with group commit, so that most connections stay free for other requests. */
import { Effect, Option, Semaphore } from "effect"

/** How many requests may wait in the database at once: each of them occupies a connection. */
const maxLockWaiters = 4

/**
 * Makes the function that runs `attempt`, which skips a locked row and then returns undefined, until it returns a result.
 * After each attempt it runs `wait`, which waits for the lock, if fewer than `maxLockWaiters` others do; otherwise it
 * sleeps before the next attempt. So rows that stay locked do not delay requests whose row is unlocked soon.
 */
export const makeUntilUnlocked = Effect.map(
  Semaphore.make(maxLockWaiters),
  (permits) =>
    <A, E, R>(attempt: Effect.Effect<A | undefined, E, R>, wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.gen(function* () {
        for (let pause = 5; ; pause = Math.min(2 * pause, 200)) {
          const result = yield* attempt
          if (result !== undefined) return result
          const waited = yield* permits.withPermitsIfAvailable(1)(wait)
          if (Option.isSome(waited)) return waited.value
          yield* Effect.sleep(pause)
        }
      })
)
/** The function that `makeUntilUnlocked` makes. */
export type UntilUnlocked = Effect.Success<typeof makeUntilUnlocked>
