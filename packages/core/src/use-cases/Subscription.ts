import type { Cause, Duration, Effect } from "effect"
import type { CommunicationEvent, SubscribedSteps } from "../domain/CommunicationEvent.ts"
import type { StorageUnavailable, SubscriptionInTransaction, SubscriptionTaken } from "../domain/errors/index.ts"

/** The options of a subscription that do not depend on how its handler is written. */
export interface SubscriptionOptions {
  /** Names the stored position in the log. Processes with the same name take turns: one at a time has the lease. */
  readonly subscription: string
  /** The steps to deliver: `"completions"` of drafts (the default), or `"all"`, including creations. */
  readonly steps?: SubscribedSteps | undefined
  /** Where a new subscription starts: at the `"beginning"` of the log (the default), or with events from `"now"` on. */
  readonly from?: "beginning" | "now" | undefined
  /**
   * How often a failing handler is called before the event is parked with its error; 10 by default. Later events of its
   * communication then wait until it is retried or discarded; all others go on. `Infinity` parks none.
   */
  readonly attempts?: number | undefined
  /** The time to wait between polls while there are no new events; 1 second by default. */
  readonly every?: Duration.Input | undefined
  /** The time after which a process that does not renew its lease counts as dead; 30 seconds by default. */
  readonly lease?: Duration.Input | undefined
}

/** Why a subscription cannot read the log. */
export type ReadFailure = StorageUnavailable | SubscriptionInTransaction | SubscriptionTaken

/** How often the handler of an event has failed, and whether the event is parked now instead of delivered again. */
export interface HandlerFailure {
  readonly attempts: number
  readonly isParked: boolean
}

/** A subscription: its name, its handler, and options. */
export interface Subscription<E = never, R = never> extends SubscriptionOptions {
  /** Handles an event. If a process is stopped or crashes, an event may be delivered again. */
  readonly handler: (event: CommunicationEvent) => Effect.Effect<void, E, R>
  /**
   * Called instead of logging a warning: with the event if the handler failed, and with how often; without an event when
   * reading the log begins to fail, which is retried.
   */
  readonly onError?:
    | ((
        cause: Cause.Cause<E | ReadFailure>,
        event?: CommunicationEvent,
        failure?: HandlerFailure
      ) => Effect.Effect<unknown, never, R>)
    | undefined
  /** How long an interrupted subscription waits for the running handler, before it interrupts it; 10 seconds by default. */
  readonly stopWithin?: Duration.Input | undefined
}
