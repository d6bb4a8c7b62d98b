/**
 * Why something was not done, in the words of the domain: each error carries what a caller can act on, none carries
 * a secret, and none knows of any transport.
 */
import { Schema } from "effect"
import { CommunicationId, CommunicationNumber, ContactInformationId } from "./Identity.ts"

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

/** The host passes a caller who is none: `member` is not an id, 32 hexadecimal digits or a UUID. */
export class InvalidCaller extends Schema.TaggedError<InvalidCaller>()("InvalidCaller", {
  member: Schema.Literals(["organisation", "user"])
}) {
  override get message() {
    return `the ${this.member} of the caller is no id: 32 hexadecimal digits, or a UUID`
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

/** The organisation has no contact information of that id. */
export class ContactInformationNotFound extends Schema.TaggedError<ContactInformationNotFound>()(
  "ContactInformationNotFound",
  { id: Schema.String }
) {
  override get message() {
    return `there is no contact information with id "${this.id}"`
  }
}

/** The organisation has a contact information of that id already. */
export class ContactInformationExists extends Schema.TaggedError<ContactInformationExists>()(
  "ContactInformationExists",
  { id: ContactInformationId }
) {
  override get message() {
    return `there is a contact information with id "${this.id}" already`
  }
}

/** What is described is no contact; `reason` names the member and what it should be. */
export class InvalidContactInformation extends Schema.TaggedError<InvalidContactInformation>()(
  "InvalidContactInformation",
  { reason: Schema.String }
) {
  override get message() {
    return this.reason
  }
}

/** What is described is no draft; `reason` names the member and what it should be. */
export class InvalidDraft extends Schema.TaggedError<InvalidDraft>()("InvalidDraft", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** The organisation, the user or the password is wrong: one and the same error for all. */
export class InvalidCredentials extends Schema.TaggedError<InvalidCredentials>()("InvalidCredentials", {}) {
  override get message() {
    return "the organisation, the username or the password is wrong"
  }
}

/** Too many log-ins failed; after `retry_after` seconds another one is heard. */
export class TooManyAttempts extends Schema.TaggedError<TooManyAttempts>()("TooManyAttempts", {
  retry_after: Schema.Int
}) {
  override get message() {
    return `too many attempts to log in failed; try again in ${this.retry_after} s`
  }
}

/** There is no organisation of that name. */
export class OrganisationNotFound extends Schema.TaggedError<OrganisationNotFound>()("OrganisationNotFound", {
  name: Schema.String
}) {
  override get message() {
    return `there is no organisation "${this.name}"`
  }
}

/** There is an organisation of that name, or with that id, already. */
export class OrganisationExists extends Schema.TaggedError<OrganisationExists>()("OrganisationExists", {
  name: Schema.String
}) {
  override get message() {
    return `there is an organisation "${this.name}" already`
  }
}

/** The organisation has no user of that name. */
export class UserNotFound extends Schema.TaggedError<UserNotFound>()("UserNotFound", { username: Schema.String }) {
  override get message() {
    return `the organisation has no user "${this.username}"`
  }
}

/** The organisation has a user of that name, or with that id, already. */
export class UserExists extends Schema.TaggedError<UserExists>()("UserExists", { username: Schema.String }) {
  override get message() {
    return `the organisation has a user "${this.username}" already`
  }
}

/** Another process handles the events of the subscription at the moment. */
export class SubscriptionTaken extends Schema.TaggedError<SubscriptionTaken>()("SubscriptionTaken", {
  subscription: Schema.String
}) {
  override get message() {
    return `another process handles the events of "${this.subscription}"`
  }
}

/** A list is asked for in a way that none can be given; `parameter` is what is wrong, `expected` what it should be. */
export class InvalidQuery extends Schema.TaggedError<InvalidQuery>()("InvalidQuery", {
  parameter: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `${this.parameter}: expected ${this.expected}`
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

const because = {
  unreachable: "cannot be reached",
  timeout: "did not answer in time",
  overloaded: "has more to do than it can"
}

/**
 * The storage could not be reached, has too much to do, or did not answer in time. Where it was asked to change something, it may or may
 * not have done so; asking again is safe, since a change that was made is refused as such the second time.
 */
export class StorageUnavailable extends Schema.TaggedError<StorageUnavailable>()("StorageUnavailable", {
  operation: Schema.String,
  reason: Schema.Literals(["unreachable", "timeout", "overloaded"]),
  cause: Schema.optional(Schema.Defect())
}) {
  override get message() {
    return `the storage ${because[this.reason]} (${this.operation})`
  }
}
