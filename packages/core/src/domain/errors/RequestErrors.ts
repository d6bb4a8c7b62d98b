/** Refusals of an invalid request. */
import { Schema } from "effect"
import { TaggedError } from "./TaggedError.ts"

/** A member of the request is missing or invalid. `reason` names it and the expected type, never its value. */
export class InvalidRequest extends TaggedError<InvalidRequest>()("InvalidRequest", {
  reason: Schema.String
}) {
  override get message() {
    return this.reason
  }
}

/** The user has used the idempotency key for another request. */
export class IdempotencyKeyReused extends TaggedError<IdempotencyKeyReused>()("IdempotencyKeyReused", {
  key: Schema.String
}) {
  override get message() {
    return `the idempotency key "${this.key}" was used for another request: use a new key for each request`
  }
}

/** A parameter of a list is invalid; `expected` describes the valid values. */
export class InvalidQuery extends TaggedError<InvalidQuery>()("InvalidQuery", {
  parameter: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `${this.parameter}: expected ${this.expected}`
  }
}

/** `fields_set` names fields that the result does not have; `unknown` lists them. */
export class UnknownFields extends TaggedError<UnknownFields>()("UnknownFields", {
  unknown: Schema.NonEmptyArray(Schema.String)
}) {
  override get message() {
    const hint = this.unknown.includes("history") ? "; communications/show returns the history of a communication" : ""
    return `no such field: ${this.unknown.map((name) => JSON.stringify(name)).join(", ")}${hint}`
  }
}
