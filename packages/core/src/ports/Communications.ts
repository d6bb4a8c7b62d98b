import { Context, type Effect, type Result } from "effect"
import type { Communication } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationExists, CommunicationNotFound, StorageUnavailable } from "../domain/Errors.ts"
import type { OrganisationId } from "../domain/Identity.ts"

/**
 * The storage of communications. Nothing of one organisation is ever seen or changed on behalf of another, and a
 * success is told only when the change is durable.
 */
export class Communications extends Context.Service<
  Communications,
  {
    /**
     * Stores a communication, and its contact information where that is new to the organisation; a contact information
     * never changes. Both the id and the number of a communication are unique within the organisation:
     * `CommunicationExists`, and nothing is stored, where one of them is taken.
     */
    add(
      organisation: OrganisationId,
      communication: Communication
    ): Effect.Effect<void, CommunicationExists | StorageUnavailable>

    /**
     * Replaces a communication by what the transition makes of it, atomically: of many concurrent callers each is
     * decided on what the one before it left, so that of those asking for the same step exactly one wins. A refusal of
     * the transition is the effect's failure and changes nothing. The transition must be pure: it may run repeatedly.
     * What it may change are the members that belong to the state, never the id, the number or the contact information.
     */
    modify<A extends Communication, E>(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      transition: (communication: Communication) => Result.Result<A, E>
    ): Effect.Effect<A, E | CommunicationNotFound | StorageUnavailable>
  }
>()("@communications/core/Communications") {}
