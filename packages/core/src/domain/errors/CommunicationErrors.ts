/** Refusals that concern a communication. No error carries a secret, and none knows a transport. */
import { Schema } from "effect"
import { GivenIdentifier } from "../GivenIdentifier.ts"
import { CommunicationId, CommunicationNumber } from "../Identity.ts"
import { LifeCycleState } from "../LifeCycle.ts"

/** The identifier has none or both of `id` and `number`; `given` is the identifier. */
export class AmbiguousIdentifier extends Schema.TaggedError<AmbiguousIdentifier>()("AmbiguousIdentifier", {
  given: GivenIdentifier
}) {
  override get message() {
    const { id, number } = this.given
    return (id ?? number ?? null) === null
      ? "neither id nor number is given; exactly one of them names a communication"
      : `both id "${id}" and number "${number}" are given; exactly one of them names a communication`
  }
}

/** The organisation has no communication of that identifier. */
export class CommunicationNotFound extends Schema.TaggedError<CommunicationNotFound>()("CommunicationNotFound", {
  identifier: GivenIdentifier
}) {
  override get message() {
    const { id, number } = this.identifier
    return `there is no communication with ${(id ?? null) === null ? `number "${number}"` : `id "${id}"`}`
  }
}

/** The organisation already has a communication of that id or that number. */
export class CommunicationExists extends Schema.TaggedError<CommunicationExists>()("CommunicationExists", {
  id: CommunicationId,
  number: CommunicationNumber
}) {
  override get message() {
    return `there already is a communication with id "${this.id}" or number "${this.number}"`
  }
}

/** The communication has left the state DRAFT; `life_cycle_state` is its present state. */
export class NotDraft extends Schema.TaggedError<NotDraft>()("NotDraft", {
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: LifeCycleState
}) {
  override get message() {
    return `communication ${this.number} is ${this.life_cycle_state}, not DRAFT`
  }
}
