/** Refusals about organisations, users and logging in. */
import { Schema } from "effect"
import { TaggedError } from "./TaggedError.ts"

/** The token is missing, malformed, unknown, expired or released; the error does not distinguish these cases. */
export class InvalidToken extends TaggedError<InvalidToken>()("InvalidToken", {}) {
  override get message() {
    return "the token does not belong to an open session"
  }
}

/** The host passed an invalid caller: `member` is not an id. */
export class InvalidCaller extends TaggedError<InvalidCaller>()("InvalidCaller", {
  member: Schema.Literals(["organisation", "user"])
}) {
  override get message() {
    return `the caller's ${this.member} is not an id: expected 32 hexadecimal digits or a UUID`
  }
}

/** The organisation, the user or the password is wrong; the error does not say which. */
export class InvalidCredentials extends TaggedError<InvalidCredentials>()("InvalidCredentials", {}) {
  override get message() {
    return "the organisation, the username or the password is wrong"
  }
}

/** Too many attempts to log in failed. The next attempt is accepted after `retry_after` seconds. */
export class TooManyAttempts extends TaggedError<TooManyAttempts>()("TooManyAttempts", {
  retry_after: Schema.Int
}) {
  override get message() {
    return `too many failed attempts to log in; try again in ${this.retry_after} s`
  }
}

/** No organisation has this name. */
export class OrganisationNotFound extends TaggedError<OrganisationNotFound>()("OrganisationNotFound", {
  name: Schema.String
}) {
  override get message() {
    return `there is no organisation "${this.name}"`
  }
}

/** An organisation with this name or this id already exists. */
export class OrganisationExists extends TaggedError<OrganisationExists>()("OrganisationExists", {
  name: Schema.String
}) {
  override get message() {
    return `the organisation "${this.name}" already exists`
  }
}

/** The organisation has no user with this name. */
export class UserNotFound extends TaggedError<UserNotFound>()("UserNotFound", { username: Schema.String }) {
  override get message() {
    return `the organisation has no user "${this.username}"`
  }
}

/** The organisation already has a user with this name or this id. */
export class UserExists extends TaggedError<UserExists>()("UserExists", { username: Schema.String }) {
  override get message() {
    return `the organisation already has a user "${this.username}"`
  }
}
