/** Refusals of a request for its shape, before anything is looked up. */
import { Schema } from "effect"

/** A member of the request is missing or wrong; `reason` names it and says what was expected, never what was given. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  reason: Schema.String
}) {
  override get message() {
    return this.reason
  }
}

/** A list was requested with an invalid parameter; `parameter` names it, `expected` says what it may be. */
export class InvalidQuery extends Schema.TaggedError<InvalidQuery>()("InvalidQuery", {
  parameter: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `${this.parameter}: expected ${this.expected}`
  }
}

/** `fields_set` has names that the answer has not; `unknown` lists them. */
export class UnknownFields extends Schema.TaggedError<UnknownFields>()("UnknownFields", {
  unknown: Schema.NonEmptyArray(Schema.String)
}) {
  override get message() {
    return `no such field: ${this.unknown.map((name) => JSON.stringify(name)).join(", ")}`
  }
}
