import { Context, type Duration, type Effect } from "effect"
import type { CommunicationEvent, ParkedEvent, SubscribedSteps } from "../domain/CommunicationEvent.ts"
import type { StorageUnavailable, SubscriptionInTransaction, SubscriptionTaken } from "../domain/errors/index.ts"
import type { EventId } from "../domain/Identity.ts"

/** An event and its position in the log. Only the adapter can interpret a position. */
export interface LogEntry {
  readonly event: CommunicationEvent
  readonly position: string
}

/** A process that leases a subscription. If it does not renew the lease in time, another process can take over. */
export interface Holder {
  readonly subscription: string
  readonly holder: string
  readonly lease: Duration.Duration
}

/** The most subscriptions that `backlogs` returns. */
export const mostBacklogs = 100

/** How far a subscription is behind. */
export interface Backlog {
  readonly subscription: string
  /**
   * The age of the first step after its position, or zero; also of steps that it does not deliver, until it passes them. Of
   * steps that no subscription has read yet, any may count as the first.
   */
  readonly lag: Duration.Duration
  /** How many events it has parked. */
  readonly parked: number
}

/**
 * Reads the history of all communications as one log (decision 9). An event exists if and only if its step was
 * committed. Every subscription reads the events of a communication in the order of its steps.
 */
export class Events extends Context.Service<
  Events,
  {
    /**
     * Creates a subscription that starts at the beginning of the log, or with the events committed from now on. An
     * existing subscription keeps its position. Fails with `SubscriptionInTransaction` on a handle in a transaction.
     */
    open(
      subscription: string,
      from: "beginning" | "now"
    ): Effect.Effect<void, StorageUnavailable | SubscriptionInTransaction>

    /** Deletes a subscription, its position and its parked events. */
    close(subscription: string): Effect.Effect<void, StorageUnavailable>

    /**
     * Leases the subscription to the holder, and returns the next events, at most `limit`. Returns none at the end of
     * the log, or if the subscription does not exist. Fails with `SubscriptionTaken` if another holder has the lease.
     */
    claim(
      holder: Holder,
      steps: SubscribedSteps,
      limit: number
    ): Effect.Effect<ReadonlyArray<LogEntry>, SubscriptionTaken | StorageUnavailable>

    /**
     * Stores the position, unless it is `null`, and renews the lease. Fails with `SubscriptionTaken` if the holder no
     * longer has the lease.
     */
    settle(holder: Holder, position: string | null): Effect.Effect<void, SubscriptionTaken | StorageUnavailable>

    /**
     * Parks an event, after all earlier ones were handled: stores the position, and renews the lease. From then on `claim`
     * returns neither the event nor later ones of its communication. Fails as `settle` does.
     */
    park(
      holder: Holder,
      entry: LogEntry,
      failure: Pick<ParkedEvent, "error" | "attempts">
    ): Effect.Effect<void, SubscriptionTaken | StorageUnavailable>

    /** Returns the parked events of a subscription, at most 1,000, the one that was parked first before the others. */
    parked(subscription: string): Effect.Effect<ReadonlyArray<ParkedEvent>, StorageUnavailable>

    /**
     * Lets `claim` return a parked event, and then the later ones of its communication. Returns `false` if no such event is
     * parked.
     */
    retry(subscription: string, event: EventId): Effect.Effect<boolean, StorageUnavailable>

    /** Like `retry`, for every parked event of the subscription; returns how many there were. */
    retryAll(subscription: string): Effect.Effect<number, StorageUnavailable>

    /** Drops a parked event; otherwise like `retry`. */
    discard(subscription: string, event: EventId): Effect.Effect<boolean, StorageUnavailable>

    /** Returns how far each subscription is behind; of more than `mostBacklogs`, the first by name. */
    readonly backlogs: Effect.Effect<ReadonlyArray<Backlog>, StorageUnavailable>

    /** Ends the lease, so that another holder can take the subscription at once. */
    release(holder: Holder): Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Events") {}
