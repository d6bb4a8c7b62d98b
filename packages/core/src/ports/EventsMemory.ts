import { Clock, DateTime, Duration, Effect } from "effect"
import type { CommunicationCompleted } from "../domain/CommunicationCompleted.ts"
import { SubscriptionTaken } from "../domain/Errors.ts"
import { Events, type Holder } from "./Events.ts"

interface Subscription {
  readonly read: number
  readonly holder: string | null
  readonly until: number
}

/** Events in memory, and how to record one. */
export const makeEvents = () => {
  let log: Array<{ readonly event: CommunicationCompleted; readonly position: number }> = []
  let last = 0
  const subscriptions = new Map<string, Subscription>()

  /** Changes the subscription of a holder, unless somebody else holds it. */
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

  const record = (event: CommunicationCompleted) => {
    last++
    log.push({ event, position: last })
  }

  const events = Events.of({
    open: (subscription, from) =>
      Effect.sync(() => {
        const read = from === "now" ? last : 0
        if (!subscriptions.has(subscription)) subscriptions.set(subscription, { read, holder: null, until: 0 })
      }),
    close: (subscription) => Effect.sync(() => void subscriptions.delete(subscription)),
    take: Effect.fnUntraced(function* (holder, limit) {
      const held = yield* hold(holder, true)
      const next = held === undefined ? [] : log.filter(({ position }) => position > held.read).slice(0, limit)
      return next.map(({ event, position }) => ({ event, position: String(position) }))
    }),
    settle: Effect.fnUntraced(function* (holder, position) {
      const held = yield* hold(holder, false, position === null ? undefined : Number(position))
      if (held === undefined) return yield* new SubscriptionTaken({ subscription: holder.subscription })
    }),
    release: ({ subscription, holder }) =>
      Effect.sync(() => {
        const found = subscriptions.get(subscription)
        if (found?.holder === holder) subscriptions.set(subscription, { ...found, holder: null })
      }),
    prune: (before) =>
      Effect.sync(() => {
        const readByAll = Math.min(last, ...[...subscriptions.values()].map(({ read }) => read))
        const kept = log.filter(({ event, position }) => position > readByAll || !DateTime.isLessThan(event.at, before))
        const pruned = log.length - kept.length
        log = kept
        return pruned
      })
  })
  return { events, record }
}
