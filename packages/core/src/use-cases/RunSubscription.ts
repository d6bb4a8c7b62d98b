import { Cause, Clock, Deferred, Duration, Effect, Exit, Fiber, Random, Semaphore } from "effect"
import type { CommunicationEvent, ParkedEvent } from "../domain/CommunicationEvent.ts"
import { Events, type Holder, type LogEntry } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"
import type { CheckedSubscription } from "./CheckSubscription.ts"
import { errorText, isFailure, isTimeout } from "./SubscriptionFailures.ts"
import { makeReports } from "./SubscriptionReports.ts"

/** Completed with the time limit of the running handler, in order to stop a subscription. */
export type Stopping = Deferred.Deferred<Duration.Duration>

const batchSize = 100

/** How long a stopped subscription waits after it has interrupted its handler. */
const grace = Duration.seconds(1)

/** The delay after that many failures of a handler: it doubles, up to a minute, and varies by 20 percent. */
const backoff = (failures: number) =>
  Effect.map(Random.next, (random) =>
    Duration.millis(Math.min(100 * 2 ** (failures - 1), 60_000) * (0.8 + 0.4 * random))
  )

type Failure = Pick<ParkedEvent, "error" | "attempts">

/** The loop of a subscription, which ends after `stopping` is completed. */
const loop = Effect.fnUntraced(function* <E, R>(
  checked: CheckedSubscription<E, R>,
  stopping: Stopping,
  onOpen: Effect.Effect<unknown>
) {
  const { subscription, steps, from, handler, attempts, every, lease } = checked
  const { log, report } = makeReports(checked)
  const events = yield* Events
  let holder: Holder = { subscription, holder: yield* freshHex, lease }
  const isStopping = () => Deferred.isDoneUnsafe(stopping)
  /** Waits, unless the subscription is stopped. */
  const pause = (time: Duration.Duration) => Effect.raceFirst(Effect.sleep(time), Deferred.await(stopping))

  /** Runs the handler. If the subscription is stopped, interrupts it when its time is over, and returns `false`. */
  const attempt = (event: CommunicationEvent) =>
    Effect.raceFirst(
      Effect.as(
        Effect.suspend(() => handler(event)),
        true
      ),
      Effect.as(Effect.flatMap(Deferred.await(stopping), Effect.sleep), false)
    )

  /** Calls the handler until it succeeds; returns how it went, with the last error if it failed too often. */
  const handle = Effect.fnUntraced(function* (event: CommunicationEvent) {
    for (let failures = 1; !isStopping(); failures++) {
      const exit = yield* Effect.exit(attempt(event))
      if (Exit.isSuccess(exit)) return exit.value ? ("handled" as const) : ("stopped" as const)
      const isLast = failures >= attempts
      const next = isLast ? "its event is parked" : "will be retried"
      const failure = { attempts: failures, isParked: isLast }
      yield* report(`The handler of a subscription failed and ${next}`, exit.cause, event, failure)
      if (isLast) return { error: errorText(exit.cause), attempts: failures }
      yield* pause(yield* backoff(failures))
    }
    return "stopped" as const
  })

  /** Continues under another name: a statement that was not awaited may still run, and must not move the position later. */
  const renewHolder = Effect.gen(function* () {
    if (Exit.isSuccess(yield* Effect.exit(events.release(holder)))) holder = { ...holder, holder: yield* freshHex }
  })

  let isFailing = false
  const recover = Effect.suspend(() => {
    if (!isFailing) return Effect.void
    isFailing = false
    return log(Effect.logInfo("Reading events works again"))
  })

  const handleBatch = Effect.fnUntraced(function* (recorded: ReadonlyArray<LogEntry>) {
    let handled: string | null = null
    const oneAtATime = Semaphore.makeUnsafe(1)
    /** Stores the position of the last handled event, and renews the lease. */
    const settle = oneAtATime.withPermit(
      Effect.andThen(
        Effect.suspend(() => events.settle(holder, handled)),
        recover
      )
    )

    /** Parks an event; this also stores the position. */
    const park = (entry: LogEntry, failure: Failure) =>
      oneAtATime.withPermit(Effect.tap(events.park(holder, entry, failure), () => Effect.sync(() => (handled = null))))

    const handleAll = Effect.gen(function* () {
      let settledAt = yield* Clock.currentTimeMillis
      const parked = new Set<string>()
      for (const [index, entry] of recorded.entries()) {
        const { organisation, communication } = entry.event
        if (parked.has(`${organisation} ${communication}`)) continue
        const outcome = yield* handle(entry.event)
        if (outcome === "stopped") return yield* settle
        if (outcome !== "handled") {
          yield* park(entry, outcome)
          parked.add(`${organisation} ${communication}`)
          continue
        }
        handled = entry.position
        const now = yield* Clock.currentTimeMillis
        if (index < recorded.length - 1 && now - settledAt < 1_000) continue
        yield* settle
        settledAt = now
      }
      if (parked.size > 0) yield* settle
    })

    const over = Effect.flatMap(Deferred.await(stopping), (within) => Effect.sleep(Duration.sum(within, grace)))
    /** While a handler runs, an unavailable storage does not interrupt it: only another process that has taken over does. */
    const settleIfAvailable = Effect.catchTag(settle, "StorageUnavailable", () => Effect.void)
    /**
     * Renews the lease while a handler runs; fails if another process has taken over. If a handler ignores its
     * interruption, the lease expires in the end, and no timer keeps the process alive.
     */
    const renewLease = Effect.forever(Effect.delay(settleIfAvailable, Duration.times(lease, 1 / 3))).pipe(
      Effect.raceFirst(over),
      Effect.andThen(Effect.never)
    )
    /** Settles at once if the subscription is stopped: the process may end before the running handler does. */
    const settleWhenStopping = Deferred.await(stopping).pipe(
      Effect.andThen(settleIfAvailable),
      Effect.andThen(Effect.never)
    )
    yield* Effect.raceAllFirst([handleAll, renewLease, settleWhenStopping])
  })

  const claimAndHandle = Effect.gen(function* () {
    const recorded = yield* events.claim(holder, steps, batchSize)
    if (recorded.length > 0) return yield* handleBatch(recorded)
    yield* recover
    yield* pause(every)
  })
  const readOn = Effect.repeat(claimAndHandle, { until: isStopping })
  const open = events.open(subscription, from).pipe(Effect.andThen(onOpen), Effect.andThen(readOn))

  /** A process that waits for the lease of another one does not open the subscription at each poll. */
  let next = open
  const run = Effect.gen(function* () {
    while (!isStopping()) {
      const exit = yield* Effect.exit(next)
      if (Exit.isSuccess(exit)) return
      if (isFailure("SubscriptionInTransaction", exit.cause)) {
        yield* report("A subscription cannot start", exit.cause)
        return yield* Effect.die(Cause.squash(exit.cause))
      }
      const isTaken = isFailure("SubscriptionTaken", exit.cause)
      next = isTaken ? readOn : open
      if (isTaken) yield* recover
      else if (!isFailing) {
        isFailing = true
        yield* report("Reading events failed and will be retried", exit.cause)
      }
      if (isTimeout(exit.cause) && !isStopping()) yield* renewHolder
      yield* pause(every)
    }
  })
  const release = Effect.suspend(() => Effect.ignore(Effect.sandbox(events.release(holder))))
  // Not after a defect: then the handle is in a transaction of the host.
  yield* Effect.onInterrupt(run, () => release)
  yield* release
})

/**
 * Runs a subscription until `stopping` is completed, and `onOpen` each time it has been opened. An interruption completes
 * `stopping` with `stopWithin`. Handlers and statements that go on after the end are not reported.
 */
export const runSubscription = <E, R>(
  subscription: CheckedSubscription<E, R>,
  stopping: Stopping,
  onOpen: Effect.Effect<unknown> = Effect.void
): Effect.Effect<void, never, Events | R> =>
  Effect.uninterruptibleMask(
    Effect.fnUntraced(function* (restore) {
      // Not a child: an interrupted handler that does not end keeps the lease, but does not keep the caller waiting.
      const fiber = yield* Effect.forkDetach(loop(subscription, stopping, onOpen))
      const timeIsOver = Effect.flatMap(Deferred.await(stopping), (within) => Effect.sleep(Duration.sum(within, grace)))
      yield* restore(Effect.raceFirst(Fiber.join(fiber), Deferred.await(stopping))).pipe(
        Effect.onInterrupt(() => Deferred.succeed(stopping, subscription.stopWithin)),
        Effect.ensuring(Effect.raceFirst(Fiber.await(fiber), timeIsOver)),
        Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe()))
      )
    })
  )
