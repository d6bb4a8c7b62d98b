/** Refusals that concern organisations, their users, and logging in. */
import { Schema } from "effect"

/** The token is missing, malformed, unknown, expired or released: one error for all. */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {}) {
  override get message() {
    return "the token does not belong to an open session"
  }
}

/** The host passed an invalid caller: `member` is no id, neither 32 hexadecimal digits nor a UUID. */
export class InvalidCaller extends Schema.TaggedError<InvalidCaller>()("InvalidCaller", {
  member: Schema.Literals(["organisation", "user"])
}) {
  override get message() {
    return `the ${this.member} of the caller is no id: expected 32 hexadecimal digits, or a UUID`
  }
}

/** The organisation, the user or the password is wrong: one error for all. */
export class InvalidCredentials extends Schema.TaggedError<InvalidCredentials>()("InvalidCredentials", {}) {
  override get message() {
    return "the organisation, the username or the password is wrong"
  }
}

/** Too many log-ins failed; the next attempt is accepted after `retry_after` seconds. */
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

/** There already is an organisation of that name, or with that id. */
export class OrganisationExists extends Schema.TaggedError<OrganisationExists>()("OrganisationExists", {
  name: Schema.String
}) {
  override get message() {
    return `there already is an organisation "${this.name}"`
  }
}

/** The organisation has no user of that name. */
export class UserNotFound extends Schema.TaggedError<UserNotFound>()("UserNotFound", { username: Schema.String }) {
  override get message() {
    return `the organisation has no user "${this.username}"`
  }
}

/** The organisation already has a user of that name, or with that id. */
export class UserExists extends Schema.TaggedError<UserExists>()("UserExists", { username: Schema.String }) {
  override get message() {
    return `the organisation already has a user "${this.username}"`
  }
}
