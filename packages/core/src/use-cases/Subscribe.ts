import { Cause, Clock, Duration, Effect, Option, Predicate, Schedule } from "effect"
import type { CommunicationEvent, SubscribedSteps } from "../domain/CommunicationEvent.ts"
import { Events, type Holder, type Recorded } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"

/** A handler of events, and the name under which its position in the log is stored. */
export interface Subscription<E = never, R = never> {
  /** Processes that subscribe under one name share the work: one of them has the subscription at a time. */
  readonly subscription: string
  /** The steps to deliver: `"completions"` of drafts by default, or `"all"`, creations included. */
  readonly steps?: SubscribedSteps | undefined
  /** Where a new subscription begins: at the `"beginning"` of the log by default, or with events that are committed from `"now"` on. */
  readonly from?: "beginning" | "now" | undefined
  /** Handles an event. The same event may come again after a process was stopped or died. */
  readonly handler: (event: CommunicationEvent) => Effect.Effect<void, E, R>
  /** How long to wait before looking for new events after there were none; a second by default. */
  readonly every?: Duration.Input | undefined
  /** After how long without a sign a process counts as dead; half a minute by default. */
  readonly lease?: Duration.Input | undefined
}

const batch = 100

/** Whether the only failure is that another process has the subscription at the moment. */
const isTaken = <E>(cause: Cause.Cause<E>): boolean =>
  Option.exists(Cause.findErrorOption(cause), Predicate.isTagged("SubscriptionTaken"))

/** Waits longer each time, up to a minute. */
const backoff = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 minute")]))

/**
 * Handles events for as long as it runs: every event at least once, those of a communication in order. Where the handler
 * fails it is called again, ever more slowly, and later events wait; other subscriptions do not. Where the storage fails,
 * it logs the cause and retries.
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
        Effect.tapError((cause) => Effect.logWarning("An event is not handled yet", event.id, cause)),
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

    /** Renews the lease while a handler takes its time; fails where the lease has ended meanwhile. */
    const renewing = Effect.forever(Effect.delay(events.settle(holder, null), Duration.times(holder.lease, 1 / 3)))

    const turn = Effect.gen(function* () {
      const recorded = yield* events.take(holder, steps, batch)
      if (recorded.length === 0) return yield* Effect.sleep(every)
      yield* Effect.raceFirst(handleAll(recorded), renewing)
    })

    return yield* Effect.andThen(events.open(subscription, from), Effect.forever(turn)).pipe(
      Effect.sandbox,
      Effect.tapError((cause) =>
        isTaken(cause) ? Effect.void : Effect.logWarning("Events wait for the storage", subscription, cause)
      ),
      Effect.retry(Schedule.spaced(every)),
      Effect.ensuring(Effect.ignore(Effect.sandbox(events.release(holder))))
    )
  }).pipe(Effect.orDie)
