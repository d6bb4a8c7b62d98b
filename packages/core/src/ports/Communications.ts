import { Context, type DateTime, type Effect } from "effect"
import type { Communication, Draft, InState, State } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import type {
  CommunicationExists,
  CommunicationNotFound,
  ContactInformationNotFound,
  IdempotencyKeyReused,
  StaleVersion,
  StorageUnavailable
} from "../domain/errors/index.ts"
import type { IdempotencyKey, MadeByKey } from "../domain/Idempotency.ts"
import type { CommunicationId, CommunicationNumber, OrganisationId, UserId } from "../domain/Identity.ts"
import type { Act, HistoryEntry } from "../domain/LifeCycle.ts"
import type { Step, StepOptions } from "../domain/Steps.ts"

/**
 * Stores communications. No method returns or changes data of another organisation (decision 4). A change is durable
 * when its method succeeds. Creating a communication and taking a step also add an entry to its history, atomically. If
 * the act has an idempotency key, the entry stores it. If an earlier act of the same user has stored the same key, the
 * method fails with `IdempotencyKeyReused` and changes nothing; if such an act is not committed yet, it waits for it.
 */
export class Communications extends Context.Service<
  Communications,
  {
    /**
     * Stores a communication unchanged; its contact information must already be stored. The id and the number are
     * unique within the organisation: if either exists, it fails with `CommunicationExists` and stores nothing.
     */
    add(
      organisation: OrganisationId,
      communication: Communication,
      act: Act
    ): Effect.Effect<void, CommunicationExists | ContactInformationNotFound | IdempotencyKeyReused | StorageUnavailable>

    /**
     * Stores a new draft with a number that is unique within the organisation. Numbers grow, and may have gaps. `draft`
     * must be pure, because it may be called several times.
     */
    create(
      organisation: OrganisationId,
      draft: (number: CommunicationNumber) => Draft,
      act: Act
    ): Effect.Effect<Draft, ContactInformationNotFound | IdempotencyKeyReused | StorageUnavailable>

    /**
     * Returns the communication that an act of this user with this idempotency key created or changed, as it is now;
     * undefined if there is none.
     */
    findByKey(
      organisation: OrganisationId,
      by: UserId,
      key: IdempotencyKey
    ): Effect.Effect<MadeByKey<Communication> | undefined, StorageUnavailable>

    /** Returns the communication with this identifier. */
    find(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier
    ): Effect.Effect<Communication, CommunicationNotFound | StorageUnavailable>

    /**
     * Returns the communications that match a query, newest first: by `created_at`, then by `id`. Without an `offset`,
     * the cost does not depend on the number of stored communications (decision 11). An unknown `after`
     * returns an empty list.
     */
    list(
      organisation: OrganisationId,
      query: CommunicationsQuery
    ): Effect.Effect<ReadonlyArray<Communication>, StorageUnavailable>

    /** Returns the history of a communication, oldest entry first; empty if the communication is unknown. */
    history(
      organisation: OrganisationId,
      id: CommunicationId
    ): Effect.Effect<ReadonlyArray<HistoryEntry>, StorageUnavailable>

    /**
     * Takes a step atomically: of concurrent callers that take the same step, exactly one succeeds. If `decide` refuses
     * the step, it fails with that refusal and changes nothing. A step changes only the state, the version and the
     * members that it sets.
     */
    take<From extends State, To extends State, Refusal>(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      step: Step<From, To, Refusal>,
      act: Act,
      options?: StepOptions
    ): Effect.Effect<
      InState<To>,
      Refusal | StaleVersion | CommunicationNotFound | IdempotencyKeyReused | StorageUnavailable
    >

    /**
     * Marks a communication as viewed at this time, in any state. Only the first view counts; later views return the
     * communication unchanged. A view is not a step, and adds no entry to the history.
     */
    view(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      at: DateTime.Utc
    ): Effect.Effect<Communication, CommunicationNotFound | StorageUnavailable>
  }
>()("@communications/core/Communications") {}
