import { Array, type Clock, DateTime, Duration, Effect, Order } from "effect"
import { type CommunicationEvent, isCompletion, type SubscribedSteps } from "../domain/CommunicationEvent.ts"
import { SubscriptionTaken } from "../domain/errors/index.ts"
import { type Backlog, Events, type Holder, mostBacklogs } from "../ports/Events.ts"
import { makeParkedEvents } from "./ParkedEvents.ts"

interface Subscription {
  readonly read: number
  readonly holder: string | null
  readonly until: number
}

const byName = Order.mapInput(Order.String, ({ subscription }: Backlog) => subscription)

/** Whether a subscription to these steps delivers the event. */
const isDelivered = (steps: SubscribedSteps) => (event: CommunicationEvent) => steps === "all" || isCompletion(event)

/** Makes `Events` on an in-memory log; leases end by the clock. The position of an event is its number, counted from 1. */
export const makeEvents = (log: ReadonlyArray<CommunicationEvent>, clock: Clock.Clock) => {
  const subscriptions = new Map<string, Subscription>()
  const parkedEvents = makeParkedEvents()

  /** Renews the lease of a holder. A holder without a lease gets a free one only if `mayAcquire`. */
  const renew = Effect.fnUntraced(function* (
    { subscription, holder, lease }: Holder,
    mayAcquire: boolean,
    read?: number
  ) {
    const now = clock.currentTimeMillisUnsafe()
    const found = subscriptions.get(subscription)
    if (found === undefined) return undefined
    const isLeased = found.holder !== null && found.until > now
    if (found.holder !== holder && (isLeased || !mayAcquire)) return yield* new SubscriptionTaken({ subscription })
    const renewed = { read: read ?? found.read, holder, until: now + Duration.toMillis(lease) }
    subscriptions.set(subscription, renewed)
    return renewed
  })

  const settle = Effect.fnUntraced(function* (holder: Holder, position: string | null) {
    const { subscription } = holder
    const isInLog = position !== null && !parkedEvents.isRetried(position)
    const renewed = yield* renew(holder, false, isInLog ? Number(position) : undefined)
    if (renewed === undefined) return yield* new SubscriptionTaken({ subscription })
    if (position !== null && !isInLog) parkedEvents.settle(subscription, position)
  })

  return Events.of({
    open: (subscription, from) =>
      Effect.sync(() => {
        const read = from === "now" ? log.length : 0
        if (!subscriptions.has(subscription)) subscriptions.set(subscription, { read, holder: null, until: 0 })
      }),
    close: (subscription) =>
      Effect.sync(() => {
        subscriptions.delete(subscription)
        parkedEvents.close(subscription)
      }),
    claim: Effect.fnUntraced(function* (holder, steps, limit) {
      const { subscription } = holder
      const renewed = yield* renew(holder, true)
      if (renewed === undefined) return []
      const retried = parkedEvents.claim(subscription, () => log.slice(0, renewed.read).filter(isDelivered(steps)))
      if (retried.length > 0) return retried.slice(0, limit)
      return log
        .slice(renewed.read)
        .map((event, index) => ({ event, position: String(renewed.read + index + 1) }))
        .filter(({ event }) => isDelivered(steps)(event) && !parkedEvents.has(subscription, event))
        .slice(0, limit)
    }),
    settle,
    park: Effect.fnUntraced(function* (holder, { event, position }, failure) {
      yield* settle(holder, parkedEvents.isRetried(position) ? null : position)
      const parked_at = DateTime.formatIso(DateTime.makeUnsafe(clock.currentTimeMillisUnsafe()))
      parkedEvents.park(holder.subscription, { event, ...failure, parked_at })
    }),
    parked: (subscription) => Effect.sync(() => parkedEvents.list(subscription)),
    retry: (subscription, event) => Effect.sync(() => parkedEvents.release(subscription, event, 0) > 0),
    retryAll: (subscription) => Effect.sync(() => parkedEvents.release(subscription, null, 0)),
    discard: (subscription, event) => Effect.sync(() => parkedEvents.release(subscription, event, 1) > 0),
    backlogs: Effect.sync(() => {
      const backlogs = Array.map([...subscriptions], ([subscription, { read }]) => {
        const oldest = log[read]
        const since = oldest === undefined ? 0 : clock.currentTimeMillisUnsafe() - Date.parse(oldest.at)
        const lag = Duration.millis(Math.max(0, since))
        return { subscription, lag, parked: parkedEvents.list(subscription).length }
      })
      return Array.sort(backlogs, byName).slice(0, mostBacklogs)
    }),
    release: ({ subscription, holder }) =>
      Effect.sync(() => {
        const found = subscriptions.get(subscription)
        if (found?.holder === holder) subscriptions.set(subscription, { ...found, holder: null })
      })
  })
}
