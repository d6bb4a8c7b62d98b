import { Context, type DateTime, type Effect } from "effect"
import type { Communication, Draft, InState, State } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import type {
  CommunicationExists,
  CommunicationNotFound,
  ContactInformationNotFound,
  StorageUnavailable
} from "../domain/errors/index.ts"
import type { CommunicationId, CommunicationNumber, OrganisationId } from "../domain/Identity.ts"
import type { Act, HistoryEntry } from "../domain/LifeCycle.ts"
import type { Step } from "../domain/Steps.ts"

/**
 * The storage of communications. Nothing of one organisation is ever seen or changed on behalf of another. A success
 * means that the change is durable. Creating a communication and each of its steps leave an entry in its history,
 * atomically with the change itself.
 */
export class Communications extends Context.Service<
  Communications,
  {
    /**
     * Stores a communication as it is; its contact information must be stored already. Both the id and the number are
     * unique within the organisation: where one of them is taken, it fails with `CommunicationExists` and stores nothing.
     */
    add(
      organisation: OrganisationId,
      communication: Communication,
      act: Act
    ): Effect.Effect<void, CommunicationExists | ContactInformationNotFound | StorageUnavailable>

    /**
     * Stores a new draft under a number that no communication of the organisation has; numbers grow, with gaps. The
     * draft is a pure function of its number, and may be called repeatedly.
     */
    create(
      organisation: OrganisationId,
      draft: (number: CommunicationNumber) => Draft,
      act: Act
    ): Effect.Effect<Draft, ContactInformationNotFound | StorageUnavailable>

    /** The communication of that identifier. */
    find(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier
    ): Effect.Effect<Communication, CommunicationNotFound | StorageUnavailable>

    /**
     * The communications that match a query, newest first: by `created_at`, then by id. Without an `offset` it costs the
     * same however many communications there are. An unknown `after` gives an empty list.
     */
    list(
      organisation: OrganisationId,
      query: CommunicationsQuery
    ): Effect.Effect<ReadonlyArray<Communication>, StorageUnavailable>

    /** The history of a communication, oldest entry first; empty for an unknown communication. */
    history(
      organisation: OrganisationId,
      id: CommunicationId
    ): Effect.Effect<ReadonlyArray<HistoryEntry>, StorageUnavailable>

    /**
     * Takes a step, atomically: of many concurrent callers that take the same step exactly one succeeds. It fails as
     * `decide` of that step does, and then changes nothing. A step changes the state and the members that the step
     * sets, nothing else.
     */
    take<From extends State, To extends State, Refusal>(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      step: Step<From, To, Refusal>,
      act: Act
    ): Effect.Effect<InState<To>, Refusal | CommunicationNotFound | StorageUnavailable>

    /**
     * Marks a communication as viewed at that time, in any state. The first view counts: later ones return it unchanged.
     * Viewing is not a step, and leaves no entry in the history.
     */
    view(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      at: DateTime.Utc
    ): Effect.Effect<Communication, CommunicationNotFound | StorageUnavailable>
  }
>()("@communications/core/Communications") {}
