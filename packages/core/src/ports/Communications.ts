import { Context, type Effect, type Result } from "effect"
import type { Communication, Draft } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import type {
  CommunicationExists,
  CommunicationNotFound,
  ContactInformationNotFound,
  StorageUnavailable
} from "../domain/Errors.ts"
import type { CommunicationId, CommunicationNumber, OrganisationId } from "../domain/Identity.ts"
import type { Act, Transition } from "../domain/LifeCycle.ts"

/**
 * The storage of communications. Nothing of one organisation is ever seen or changed on behalf of another, and a
 * success is told only when the change is durable. Each change of state leaves a `Transition` in the history of its
 * communication, as one step with the change itself.
 */
export class Communications extends Context.Service<
  Communications,
  {
    /**
     * Stores a communication as it is; its contact information must be stored already. Both the id and the number of a
     * communication are unique within the organisation: `CommunicationExists`, and nothing is stored, where one of them
     * is taken.
     */
    add(
      organisation: OrganisationId,
      communication: Communication,
      act: Act
    ): Effect.Effect<void, CommunicationExists | ContactInformationNotFound | StorageUnavailable>

    /**
     * Stores a new draft under a number that no communication of the organisation has; numbers grow, with gaps. The
     * draft is a pure function of its number: it may be made repeatedly.
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
     * The communications that a query asks for, newest first: by `created_at`, and by id where that is the same. Without
     * an `offset` it costs the same however many communications there are. Behind what the organisation does not have
     * there is nothing.
     */
    list(
      organisation: OrganisationId,
      query: CommunicationsQuery
    ): Effect.Effect<ReadonlyArray<Communication>, StorageUnavailable>

    /** The steps that a communication took, oldest first; none where there is no such communication. */
    history(
      organisation: OrganisationId,
      id: CommunicationId
    ): Effect.Effect<ReadonlyArray<Transition>, StorageUnavailable>

    /**
     * Replaces a communication by what the transition makes of it, atomically: of many concurrent callers each is
     * decided on what the one before it left, so that of those asking for the same step exactly one wins. A refusal of
     * the transition is the effect's failure and changes nothing. The transition must be pure: it may run repeatedly.
     * What it may change are the members that belong to the state, what was viewed, and the subject; one that changes
     * another member is a defect, as one that throws is, and changes nothing. A glance that `Sessions` took is no more
     * than a guess of what is stored: it changes nothing but the time that this takes.
     */
    modify<A extends Communication, E>(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      transition: (communication: Communication, act: Act) => Result.Result<A, E>,
      act: Act,
      glance?: unknown
    ): Effect.Effect<A, E | CommunicationNotFound | StorageUnavailable>
  }
>()("@communications/core/Communications") {}
