/** Refusals about communications. */
import { IdentifierInput } from "../IdentifierInput.ts"
import { CommunicationId, CommunicationNumber } from "../Identity.ts"
import { LifeCycleState } from "../LifeCycle.ts"
import { TaggedError } from "./TaggedError.ts"

/** The identifier has neither `id` nor `number`, or both. */
export class AmbiguousIdentifier extends TaggedError<AmbiguousIdentifier>()("AmbiguousIdentifier", {
  given: IdentifierInput
}) {
  override get message() {
    const { id, number } = this.given
    return (id ?? number ?? null) === null
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

/** The communication is no longer a draft; `life_cycle_state` is its current state. */
export class NotDraft extends TaggedError<NotDraft>()("NotDraft", {
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: LifeCycleState
}) {
  override get message() {
    return `communication ${this.number} is ${this.life_cycle_state}, not DRAFT`
  }
}
