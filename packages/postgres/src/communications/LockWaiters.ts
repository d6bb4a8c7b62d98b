/** How requests wait for locked rows, so that most connections stay free for other requests. */
import { Effect, Option, Semaphore } from "effect"
import { Concurrency, makeMatchAnyTransaction } from "../statements/Transactions.ts"

/** How many requests may wait in the database at once: each of them occupies a connection. */
const maxLockWaiters = 4

/**
 * Makes the function that runs `wait`, which waits for locked rows, unless `maxLockWaiters` other requests do, or half of the
 * connections are used for it. Otherwise it runs `attempt`, which skips locked rows and then returns undefined, and begins
 * again after a pause. So rows that stay locked do not delay requests whose row is unlocked soon. In a transaction it
 * always runs `wait`.
 */
export const makeUntilUnlocked = Effect.gen(function* () {
  const concurrency = yield* Concurrency
  const permits = yield* Semaphore.make(Math.max(1, Math.min(maxLockWaiters, Math.floor(concurrency / 2))))
  const matchAnyTransaction = yield* makeMatchAnyTransaction
  return <A, E>(attempt: Effect.Effect<A | undefined, E>, wait: Effect.Effect<A, E>): Effect.Effect<A, E> => {
    const untilUnlocked = Effect.gen(function* () {
      for (let pause = 5; ; pause = Math.min(2 * pause, 200)) {
        const waited = yield* permits.withPermitsIfAvailable(1)(wait)
        if (Option.isSome(waited)) return waited.value
        const result = yield* attempt
        if (result !== undefined) return result
        yield* Effect.sleep(pause)
      }
    })
    return matchAnyTransaction({ inTransaction: () => wait, otherwise: () => untilUnlocked })
  }
})
/** The function that `makeUntilUnlocked` makes. */
export type UntilUnlocked = Effect.Success<typeof makeUntilUnlocked>
