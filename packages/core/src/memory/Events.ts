import { Clock, Duration, Effect } from "effect"
import { type CommunicationEvent, isCompletion } from "../domain/CommunicationEvent.ts"
import { SubscriptionTaken } from "../domain/errors/index.ts"
import { Events, type Holder } from "../ports/Events.ts"

interface Subscription {
  readonly read: number
  readonly holder: string | null
  readonly until: number
}

/** Makes `Events` on an in-memory log. The position of an event is its number, counted from 1. */
export const makeEvents = (log: ReadonlyArray<CommunicationEvent>) => {
  const subscriptions = new Map<string, Subscription>()

  /** Renews the lease of a holder. A holder without a lease gets a free one only if `mayAcquire`. */
  const renew = Effect.fnUntraced(function* (
    { subscription, holder, lease }: Holder,
    mayAcquire: boolean,
    read?: number
  ) {
    const now = yield* Clock.currentTimeMillis
    const found = subscriptions.get(subscription)
    if (found === undefined) return undefined
    const isLeased = found.holder !== null && found.until > now
    if (found.holder !== holder && (isLeased || !mayAcquire)) return yield* new SubscriptionTaken({ subscription })
    const renewed = { read: read ?? found.read, holder, until: now + Duration.toMillis(lease) }
    subscriptions.set(subscription, renewed)
    return renewed
  })

  return Events.of({
    open: (subscription, from) =>
      Effect.sync(() => {
        const read = from === "now" ? log.length : 0
        if (!subscriptions.has(subscription)) subscriptions.set(subscription, { read, holder: null, until: 0 })
      }),
    close: (subscription) => Effect.sync(() => void subscriptions.delete(subscription)),
    take: Effect.fnUntraced(function* (holder, steps, limit) {
      const renewed = yield* renew(holder, true)
      if (renewed === undefined) return []
      return log
        .map((event, index) => ({ event, position: String(index + 1) }))
        .slice(renewed.read)
        .filter(({ event }) => steps === "all" || isCompletion(event))
        .slice(0, limit)
    }),
    settle: Effect.fnUntraced(function* (holder, position) {
      const renewed = yield* renew(holder, false, position === null ? undefined : Number(position))
      if (renewed === undefined) return yield* new SubscriptionTaken({ subscription: holder.subscription })
    }),
    release: ({ subscription, holder }) =>
      Effect.sync(() => {
        const found = subscriptions.get(subscription)
        if (found?.holder === holder) subscriptions.set(subscription, { ...found, holder: null })
      })
  })
}
