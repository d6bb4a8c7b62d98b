import { Cause, Clock, Duration, Effect, Option, Predicate, Schedule } from "effect"
import type { CommunicationCompleted } from "../domain/CommunicationCompleted.ts"
import { Events, type Holder, type Recorded } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"

/** What to do with events, and under which name it is noted how far that has come. */
export interface Subscription<E = never, R = never> {
  /** Processes that subscribe under one name share the work: one of them has it at a time. */
  readonly subscription: string
  /** Where a subscription of a new name begins; the beginning, unless it says otherwise. */
  readonly from?: "beginning" | "now" | undefined
  /** Handles an event. It may be handed the same one again, where a process was stopped or died meanwhile. */
  readonly handler: (event: CommunicationCompleted) => Effect.Effect<void, E, R>
  /** How long to wait before looking for new events, where there were none; a second, unless it says otherwise. */
  readonly every?: Duration.Input | undefined
  /** After how long without a word a process counts as dead; half a minute, unless it says otherwise. */
  readonly lease?: Duration.Input | undefined
}

const batch = 100

/** Whether nothing is wrong but that another process has the subscription at the moment. */
const isTaken = <E>(cause: Cause.Cause<E>): boolean =>
  Option.exists(Cause.findErrorOption(cause), Predicate.isTagged("SubscriptionTaken"))

/** Waits longer each time, up to a minute. */
const backoff = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 minute")]))

/**
 * Handles what happens, for as long as it runs: every event at least once, those of a communication in order. Where the
 * handler fails it is asked again, ever more slowly, and what comes later waits; other subscriptions do not. Where the
 * storage fails, for whatever reason, it says so in the log and waits until it does not.
 */
export const subscribe = <E, R>({
  subscription,
  from = "beginning",
  handler,
  every = "1 second",
  lease = "30 seconds"
}: Subscription<E, R>): Effect.Effect<never, never, Events | R> =>
  Effect.gen(function* () {
    const events = yield* Events
    const holder: Holder = { subscription, holder: yield* freshHex, lease: Duration.fromInputUnsafe(lease) }

    const handle = (event: CommunicationCompleted) =>
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

    /** Says that it is still at work, while a handler takes its time; fails where it was taken for dead. */
    const atWork = Effect.forever(Effect.delay(events.settle(holder, null), Duration.times(holder.lease, 1 / 3)))

    const turn = Effect.gen(function* () {
      const recorded = yield* events.take(holder, batch)
      if (recorded.length === 0) return yield* Effect.sleep(every)
      yield* Effect.raceFirst(handleAll(recorded), atWork)
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
