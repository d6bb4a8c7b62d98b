import { Deferred, type Duration, Effect } from "effect"
import type { Events } from "../ports/Events.ts"
import { checkSubscription } from "./CheckSubscription.ts"
import { runSubscription } from "./RunSubscription.ts"
import type { Subscription } from "./Subscription.ts"

/**
 * Handles events until it is interrupted: each event at least once, and the events of a communication in order. A
 * handler that fails is retried with growing delays. Meanwhile later events of this subscription wait; other subscriptions
 * do not. If the storage fails, it retries.
 *
 * When it is interrupted, it reads no more events, lets the running handler finish (`stopWithin`), stores the position,
 * and releases the lease. Throws at once if an option is invalid. Dies if it runs on a handle in a transaction.
 */
export const subscribe = <E, R>(subscription: Subscription<E, R>): Effect.Effect<never, never, Events | R> => {
  const checked = checkSubscription(subscription)
  return Effect.andThen(
    Effect.suspend(() => runSubscription(checked, Deferred.makeUnsafe<Duration.Duration>())),
    Effect.never
  )
}
