import { Clock, Duration, Effect } from "effect"
import { type CommunicationEvent, isCompletion } from "../domain/CommunicationEvent.ts"
import { SubscriptionTaken } from "../domain/errors/index.ts"
import { Events, type Holder } from "../ports/Events.ts"

interface Subscription {
  readonly read: number
  readonly holder: string | null
  readonly until: number
}

/** Events read from a log in memory, whose positions count from 1. */
export const makeEvents = (log: ReadonlyArray<CommunicationEvent>) => {
  const subscriptions = new Map<string, Subscription>()

  /** Changes the subscription of a holder, unless another holder has it. */
  const hold = Effect.fnUntraced(function* ({ subscription, holder, lease }: Holder, isFree: boolean, read?: number) {
    const now = yield* Clock.currentTimeMillis
    const found = subscriptions.get(subscription)
    if (found === undefined) return undefined
    const isHeld = found.holder !== null && found.until > now
    if (found.holder !== holder && (isHeld || !isFree)) return yield* new SubscriptionTaken({ subscription })
    const held = { read: read ?? found.read, holder, until: now + Duration.toMillis(lease) }
    subscriptions.set(subscription, held)
    return held
  })

  return Events.of({
    open: (subscription, from) =>
      Effect.sync(() => {
        const read = from === "now" ? log.length : 0
        if (!subscriptions.has(subscription)) subscriptions.set(subscription, { read, holder: null, until: 0 })
      }),
    close: (subscription) => Effect.sync(() => void subscriptions.delete(subscription)),
    take: Effect.fnUntraced(function* (holder, steps, limit) {
      const held = yield* hold(holder, true)
      if (held === undefined) return []
      return log
        .map((event, index) => ({ event, position: String(index + 1) }))
        .slice(held.read)
        .filter(({ event }) => steps === "all" || isCompletion(event))
        .slice(0, limit)
    }),
    settle: Effect.fnUntraced(function* (holder, position) {
      const held = yield* hold(holder, false, position === null ? undefined : Number(position))
      if (held === undefined) return yield* new SubscriptionTaken({ subscription: holder.subscription })
    }),
    release: ({ subscription, holder }) =>
      Effect.sync(() => {
        const found = subscriptions.get(subscription)
        if (found?.holder === holder) subscriptions.set(subscription, { ...found, holder: null })
      })
  })
}
