/**
 * Why something was not done, in the words of the domain: each error carries what a caller can act on, none carries
 * a secret, and none knows of any transport.
 */
import { Schema } from "effect"
import { CommunicationId, CommunicationNumber } from "./Identity.ts"

/** How a caller names a communication: exactly one of `id` and `number`; a `null` member counts as not given. */
export const GivenIdentifier = Schema.Struct({
  id: Schema.optional(Schema.NullOr(Schema.String)),
  number: Schema.optional(Schema.NullOr(Schema.String))
}).annotate({ identifier: "CommunicationIdentifier" })
export type GivenIdentifier = typeof GivenIdentifier.Type

/** The token is missing, malformed, unknown, expired or released: one and the same error for all. */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {}) {
  override get message() {
    return "the token does not belong to an open session"
  }
}

/** The identifier names none or more than one of `id` and `number`; `given` is what it named. */
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

/** The organisation has a communication of that id or of that number already. */
export class CommunicationExists extends Schema.TaggedError<CommunicationExists>()("CommunicationExists", {
  id: CommunicationId,
  number: CommunicationNumber
}) {
  override get message() {
    return `there is a communication with id "${this.id}" or number "${this.number}" already`
  }
}

/** The communication has left the state DRAFT; `life_cycle_state` is the one it is in. */
export class NotDraft extends Schema.TaggedError<NotDraft>()("NotDraft", {
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: Schema.Literals(["COMPLETED"])
}) {
  override get message() {
    return `communication ${this.number} is ${this.life_cycle_state}, not DRAFT`
  }
}

/** A `fields_set` names what no communication has; `unknown` are those names. */
export class UnknownFields extends Schema.TaggedError<UnknownFields>()("UnknownFields", {
  unknown: Schema.NonEmptyArray(Schema.String)
}) {
  override get message() {
    return `no such field: ${this.unknown.map((name) => JSON.stringify(name)).join(", ")}`
  }
}

/**
 * The storage could not be reached, or did not answer in time. Where it was asked to change something, it may or may
 * not have done so; asking again is safe, since a change that was made is refused as such the second time.
 */
export class StorageUnavailable extends Schema.TaggedError<StorageUnavailable>()("StorageUnavailable", {
  operation: Schema.String,
  reason: Schema.Literals(["unreachable", "timeout"]),
  cause: Schema.optional(Schema.Defect())
}) {
  override get message() {
    return `the storage ${this.reason === "timeout" ? "did not answer in time" : "cannot be reached"} (${this.operation})`
  }
}
