/** How requests wait for locked rows, so that most connections stay free for other requests. */
import type { OrganisationId } from "@communications/core"
import { Effect } from "effect"
import { mostLockWaiters } from "../statements/Shares.ts"
import { Concurrency, makeMatchAnyTransaction } from "../statements/Transactions.ts"

/**
 * Makes the function that runs `wait`, which waits for locked rows, unless `mostLockWaiters` other requests do, or half as
 * many of the same organisation. Otherwise it runs `attempt`, which skips locked rows and then returns undefined, and begins
 * again after a pause. So rows that stay locked do not delay requests whose row is unlocked soon, and one organisation's rows
 * do not delay the others. In a transaction it always runs `wait`.
 */
export const makeUntilUnlocked = Effect.gen(function* () {
  const most = mostLockWaiters(yield* Concurrency)
  const mostOfOne = Math.ceil(most / 2)
  /** The organisations of the requests that wait. */
  const waiters: Array<OrganisationId> = []
  const mayWait = (organisation: OrganisationId): boolean =>
    waiters.length < most && waiters.filter((waiter) => waiter === organisation).length < mostOfOne
  const matchAnyTransaction = yield* makeMatchAnyTransaction
  return <A, E>(
    organisation: OrganisationId,
    attempt: Effect.Effect<A | undefined, E>,
    wait: Effect.Effect<A, E>
  ): Effect.Effect<A, E> => {
    const waiting = Effect.acquireUseRelease(
      Effect.sync(() => void waiters.push(organisation)),
      () => wait,
      () => Effect.sync(() => void waiters.splice(waiters.indexOf(organisation), 1))
    )
    const untilUnlocked = Effect.gen(function* () {
      for (let pause = 5; ; pause = Math.min(2 * pause, 200)) {
        if (mayWait(organisation)) return yield* waiting
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
