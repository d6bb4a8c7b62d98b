import { Cause, Clock, Duration, Effect, Option, Predicate, Schedule } from "effect"
import type { CommunicationEvent, SubscribedSteps } from "../domain/CommunicationEvent.ts"
import { Events, type Holder, type Recorded } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"

/** A subscription: its name, its handler, and options. */
export interface Subscription<E = never, R = never> {
  /** Names the stored position in the log. Processes with the same name take turns: one at a time has the lease. */
  readonly subscription: string
  /** The steps to deliver: `"completions"` of drafts (the default), or `"all"`, including creations. */
  readonly steps?: SubscribedSteps | undefined
  /** Where a new subscription starts: at the `"beginning"` of the log (the default), or with events from `"now"` on. */
  readonly from?: "beginning" | "now" | undefined
  /** Handles an event. If a process is stopped or crashes, an event may be delivered again. */
  readonly handler: (event: CommunicationEvent) => Effect.Effect<void, E, R>
  /** The time to wait between polls while there are no new events; 1 second by default. */
  readonly every?: Duration.Input | undefined
  /** The time after which a process that does not renew its lease counts as dead; 30 seconds by default. */
  readonly lease?: Duration.Input | undefined
}

const batchSize = 100

/** Whether the failure is that another process has leased the subscription. */
const isTaken = <E>(cause: Cause.Cause<E>): boolean =>
  Option.exists(Cause.findErrorOption(cause), Predicate.isTagged("SubscriptionTaken"))

/** Waits longer after each failure, up to a minute. */
const backoff = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 minute")]))

/**
 * Handles events until it is interrupted: each event at least once, and the events of a communication in order. A
 * handler that fails is retried with growing delays. Meanwhile later events of this subscription wait; other subscriptions
 * do not. If the storage fails, it logs the cause and retries.
 */
export const subscribe = <E, R>({
  subscription,
  steps = "completions",
  from = "beginning",
  handler,
  every = "1 second",
  lease = "30 seconds"
}: Subscription<E, R>): Effect.Effect<never, never, Events | R> =>
  Effect.gen(function* () {
    const events = yield* Events
    const holder: Holder = { subscription, holder: yield* freshHex, lease: Duration.fromInputUnsafe(lease) }

    const handle = (event: CommunicationEvent) =>
      Effect.sandbox(Effect.suspend(() => handler(event))).pipe(
        Effect.tapError((cause) => Effect.logWarning("The handler failed and will be retried", event.id, cause)),
        Effect.retry(backoff)
      )

    const handleAll = Effect.fnUntraced(function* (recorded: ReadonlyArray<Recorded>) {
      let settledAt = yield* Clock.currentTimeMillis
      for (const [index, { event, position }] of recorded.entries()) {
        yield* handle(event)
        const now = yield* Clock.currentTimeMillis
        if (index < recorded.length - 1 && now - settledAt < 1_000) continue
        yield* events.settle(holder, position)
        settledAt = now
      }
    })

    /** Renews the lease while a handler runs; fails if another process has taken over. */
    const renewLease = Effect.forever(Effect.delay(events.settle(holder, null), Duration.times(holder.lease, 1 / 3)))

    const handleBatch = Effect.gen(function* () {
      const recorded = yield* events.take(holder, steps, batchSize)
      if (recorded.length === 0) return yield* Effect.sleep(every)
      yield* Effect.raceFirst(handleAll(recorded), renewLease)
    })

    return yield* Effect.andThen(events.open(subscription, from), Effect.forever(handleBatch)).pipe(
      Effect.sandbox,
      Effect.tapError((cause) =>
        isTaken(cause)
          ? Effect.void
          : Effect.logWarning("Reading events failed and will be retried", subscription, cause)
      ),
      Effect.retry(Schedule.spaced(every)),
      Effect.ensuring(Effect.ignore(Effect.sandbox(events.release(holder))))
    )
  }).pipe(Effect.orDie)
