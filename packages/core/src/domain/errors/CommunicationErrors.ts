/** Refusals about communications. */
import { Schema } from "effect"
import { IdentifierInput } from "../IdentifierInput.ts"
import { CommunicationId, CommunicationNumber, UserId } from "../Identity.ts"
import { LifeCycleState } from "../LifeCycle.ts"
import { UtcTimestamp } from "../Timestamps.ts"
import { Version } from "../Version.ts"
import { TaggedError } from "./TaggedError.ts"

/** The identifier has neither `id` nor `number`, or both. */
export class AmbiguousIdentifier extends TaggedError<AmbiguousIdentifier>()("AmbiguousIdentifier", {
  given: IdentifierInput
}) {
  override get message() {
    const { id, number } = this.given
    return (id ?? null) === null
      ? "neither id nor number is given: pass exactly one of them"
      : `both id "${id}" and number "${number}" are given: pass exactly one of them`
  }
}

/** The organisation has no communication with this identifier. */
export class CommunicationNotFound extends TaggedError<CommunicationNotFound>()("CommunicationNotFound", {
  identifier: IdentifierInput
}) {
  override get message() {
    const { id, number } = this.identifier
    return `there is no communication with ${(id ?? null) === null ? `number "${number}"` : `id "${id}"`}`
  }
}

/** The organisation already has a communication with this id or this number. */
export class CommunicationExists extends TaggedError<CommunicationExists>()("CommunicationExists", {
  id: CommunicationId,
  number: CommunicationNumber
}) {
  override get message() {
    return `a communication with id "${this.id}" or number "${this.number}" already exists`
  }
}

/** The communication has another version than the caller expects; `version` is its current version. */
export class StaleVersion extends TaggedError<StaleVersion>()("StaleVersion", {
  id: CommunicationId,
  number: CommunicationNumber,
  version: Version
}) {
  override get message() {
    return `communication ${this.number} has version ${this.version}, which is not the expected one`
  }
}

/**
 * The communication is no longer a draft; `life_cycle_state` is its current state. `completed_at` (ISO 8601 in UTC),
 * `completed_by` and `request_id` say when, by which user and in which request it was completed; null if unknown.
 */
export class NotDraft extends TaggedError<NotDraft>()("NotDraft", {
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: LifeCycleState,
  completed_at: Schema.NullOr(UtcTimestamp),
  completed_by: Schema.NullOr(UserId),
  request_id: Schema.NullOr(Schema.String)
}) {
  override get message() {
    const { number, life_cycle_state, completed_at, completed_by, request_id } = this
    const refusal = `communication ${number} is ${life_cycle_state}, not DRAFT`
    if (completed_at === null) return refusal
    return `${refusal}: user ${completed_by} completed it at ${completed_at}${request_id === null ? "" : ` in request ${request_id}`}`
  }
}
