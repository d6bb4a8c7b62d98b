import { Cause, Deferred, Duration, Effect, Exit, Fiber, Schema } from "effect"
import { checkDuration } from "../checkDuration.ts"
import type { CommunicationEvent, ParkedEvent } from "../domain/CommunicationEvent.ts"
import { SubscriptionInTransaction } from "../domain/errors/index.ts"
import { EventId, hexOf } from "../domain/Identity.ts"
import type { PortsRuntime } from "../PortsRuntime.ts"
import { Events } from "../ports/Events.ts"
import { asError } from "../Rejections.ts"
import { checkFunction, checkSubscription } from "./CheckSubscription.ts"
import { runSubscription } from "./RunSubscription.ts"
import type { HandlerFailure, Subscription, SubscriptionOptions } from "./Subscription.ts"

declare global {
  /** Merges with the interface of the runtime, whose types this package does not need otherwise. */
  interface AbortSignal {
    readonly aborted: boolean
  }
}

/** A subscription of a host without Effect: its name, its handler, and options. */
export interface PromiseSubscription extends SubscriptionOptions {
  /**
   * Handles an event. The signal aborts if the handler has to end: its time after `stop` is over, or another process has
   * the lease. Until the handler has ended, this process does not call it again.
   */
  readonly handler: (event: CommunicationEvent, signal: AbortSignal) => void | Promise<void>
  /**
   * Called instead of logging a warning: with the event if the handler failed, and with how often; without an event when
   * reading the log begins to fail, which is retried.
   */
  readonly onError?:
    | ((error: unknown, event?: CommunicationEvent, failure?: HandlerFailure) => void | Promise<void>)
    | undefined
}

/** A subscription that handles events until it is stopped. */
export interface RunningSubscription {
  /**
   * Resolves once the subscription is open: it delivers every event that is committed from then on. Opening waits for
   * open transactions with changes, and is retried while the storage fails. Rejects if the subscription is stopped before, or
   * can never be opened: on a handle in a transaction, or if the ports cannot be built.
   */
  readonly ready: Promise<void>
  /**
   * Reads no more events, waits for the running handler, stores the position, and releases the lease. After `within` (10
   * seconds by default) it aborts the signal of the handler, and resolves at most a second later, also if the storage does
   * not respond. Nothing is logged or reported afterwards. If it is called again, the first `within` counts.
   */
  readonly stop: (options?: { readonly within?: Duration.Input | undefined }) => Promise<void>
  /** Returns the events that are parked because the handler failed too often, at most 1,000. */
  readonly parked: () => Promise<ReadonlyArray<ParkedEvent>>
  /** Delivers a parked event again, and then the later ones of its communication. Resolves to `false` if it is not parked. */
  readonly retry: (event: string) => Promise<boolean>
  /** Delivers every parked event again, as `retry` does. Resolves to their number. */
  readonly retryAll: () => Promise<number>
  /** Drops a parked event, and delivers the later ones of its communication. Resolves to `false` if it is not parked. */
  readonly discard: (event: string) => Promise<boolean>
}

/** The subscription with effects. */
const fromPromiseSubscription = ({ handler, onError, ...options }: PromiseSubscription): Subscription => {
  checkFunction("handler", handler)
  if (onError !== undefined) checkFunction("onError", onError)
  return {
    ...options,
    handler: (event) =>
      Effect.suspend(() => {
        let running = Promise.resolve()
        return Effect.promise((signal) => (running = (async () => handler(event, signal))())).pipe(
          Effect.onInterrupt(() => Effect.ignore(Effect.sandbox(Effect.promise(() => running))))
        )
      }),
    onError:
      onError && ((cause, event, failure) => Effect.promise(async () => onError(Cause.squash(cause), event, failure)))
  }
}

const isEventId = Schema.is(EventId)

/** Starts a subscription. */
export const startSubscription = (runtime: PortsRuntime, options: PromiseSubscription): RunningSubscription => {
  const checked = checkSubscription(fromPromiseSubscription(options))
  const { subscription } = checked
  const stopping = Deferred.makeUnsafe<Duration.Duration>()
  const opened = Promise.withResolvers<void>()
  opened.promise.catch(() => {}) // a host need not use it
  const fiber = runtime.runFork(runSubscription(checked, stopping, Effect.sync(opened.resolve)))
  fiber.addObserver((exit) => {
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) {
      opened.reject(new Error(`the subscription "${subscription}" was stopped before it was opened`))
      return
    }
    const error = Cause.squash(exit.cause)
    opened.reject(asError(error))
    if (error instanceof SubscriptionInTransaction) return // the loop has reported it
    const { onError } = options
    Effect.runFork(
      onError === undefined
        ? Effect.annotateLogs(Effect.logError("A subscription has ended", exit.cause), { subscription })
        : Effect.promise(async () => onError(error))
    )
  })
  const onEvents = <A, E>(use: (events: Events["Service"]) => Effect.Effect<A, E>) =>
    runtime.runPromise(Effect.flatMap(Events, use))
  const change = async (method: "retry" | "discard", event: string) => {
    const id = hexOf(event)
    return onEvents((events) => (isEventId(id) ? events[method](subscription, id) : Effect.succeed(false)))
  }
  return {
    ready: opened.promise,
    stop: async ({ within = "10 seconds" } = {}) => {
      Deferred.doneUnsafe(stopping, Effect.succeed(checkDuration("within", within, Duration.zero)))
      fiber.interruptUnsafe() // while the ports are being built, there is nothing to wait for; afterwards it stops already
      await Effect.runPromise(Fiber.await(fiber))
    },
    parked: () => onEvents((events) => events.parked(subscription)),
    retry: (event) => change("retry", event),
    retryAll: () => onEvents((events) => events.retryAll(subscription)),
    discard: (event) => change("discard", event)
  }
}
