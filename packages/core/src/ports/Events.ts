import { Context, type DateTime, type Duration, type Effect } from "effect"
import type { CommunicationCompleted } from "../domain/CommunicationCompleted.ts"
import type { StorageUnavailable, SubscriptionTaken } from "../domain/Errors.ts"

/** An event, and how far whoever has handled it has come; what a position is made of is the adapter's affair. */
export interface Recorded {
  readonly event: CommunicationCompleted
  readonly position: string
}

/** Who handles the events of a subscription, and for how long nobody else does, unless it says so again. */
export interface Holder {
  readonly subscription: string
  readonly holder: string
  readonly lease: Duration.Duration
}

/**
 * What happened, recorded as one step with what changed, until every subscription has read it. All of its subscribers
 * read the same order, in which the events of one communication stand as they happened.
 */
export class Events extends Context.Service<
  Events,
  {
    /** Makes a subscription, from the first event that is kept or from now on; one that there is stays where it is. */
    open(subscription: string, from: "beginning" | "now"): Effect.Effect<void, StorageUnavailable>

    /** Ends a subscription, and forgets how far it has come. */
    close(subscription: string): Effect.Effect<void, StorageUnavailable>

    /**
     * Takes the subscription for the holder, for the time of the lease, and reads the next events, `limit` at most: none
     * where there is no other, or no such subscription. `SubscriptionTaken` while somebody else holds it.
     */
    take(holder: Holder, limit: number): Effect.Effect<ReadonlyArray<Recorded>, SubscriptionTaken | StorageUnavailable>

    /** Notes how far the holder has come, or, without a position, that it is still at work; the lease begins anew. */
    settle(holder: Holder, position: string | null): Effect.Effect<void, SubscriptionTaken | StorageUnavailable>

    /** Lets go of the subscription, so that somebody else can take it at once. */
    release(holder: Holder): Effect.Effect<void, StorageUnavailable>

    /** Removes what happened before that moment and was read by every subscription; tells how many events that were. */
    prune(before: DateTime.Utc): Effect.Effect<number, StorageUnavailable>
  }
>()("@communications/core/Events") {}
