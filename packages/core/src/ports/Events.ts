import { Context, type Duration, type Effect } from "effect"
import type { CommunicationEvent, SubscribedSteps } from "../domain/CommunicationEvent.ts"
import type { StorageUnavailable, SubscriptionTaken } from "../domain/errors/index.ts"

/** An event and its position in the log; the text of a position is the adapter's affair. */
export interface Recorded {
  readonly event: CommunicationEvent
  readonly position: string
}

/** A process that handles the events of a subscription, and the time after which it counts as dead. */
export interface Holder {
  readonly subscription: string
  readonly holder: string
  readonly lease: Duration.Duration
}

/**
 * The history of all communications, read as one log. An event exists if and only if its step was committed. All
 * subscriptions read the events of one communication in the order of its steps.
 */
export class Events extends Context.Service<
  Events,
  {
    /**
     * Makes a subscription that reads from the beginning of the log, or only events that are committed from now on. An
     * existing subscription keeps its position.
     */
    open(subscription: string, from: "beginning" | "now"): Effect.Effect<void, StorageUnavailable>

    /** Ends a subscription and forgets its position. */
    close(subscription: string): Effect.Effect<void, StorageUnavailable>

    /**
     * Takes the subscription for the holder for the time of the lease, and reads the next events, `limit` at most: none
     * at the end of the log, or without such a subscription. Fails with `SubscriptionTaken` while another holder has it.
     */
    take(
      holder: Holder,
      steps: SubscribedSteps,
      limit: number
    ): Effect.Effect<ReadonlyArray<Recorded>, SubscriptionTaken | StorageUnavailable>

    /** Stores the position of the holder, or keeps it where that is `null`; the lease begins anew. */
    settle(holder: Holder, position: string | null): Effect.Effect<void, SubscriptionTaken | StorageUnavailable>

    /** Releases the subscription, so that another holder can take it at once. */
    release(holder: Holder): Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Events") {}
