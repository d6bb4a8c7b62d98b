/** Failures of the storage, and of the log that it contains. */
import { Effect, Schema } from "effect"
import { TaggedError } from "./TaggedError.ts"

const messages = {
  unreachable: "the storage is unavailable",
  timeout: "the storage did not respond in time",
  overloaded: "the storage has too many requests waiting",
  conflict: "a concurrent transaction made the storage roll back: run the whole transaction again",
  aborted: "an earlier error aborted the transaction: roll it back",
  "read-only": "the storage is read-only"
}

/**
 * The storage could not run a statement for a reason that may pass; `reason` says which:
 * - `unreachable`, `timeout` and `overloaded`: the storage could not be reached, did not respond in time, or had too many
 *   requests waiting. Except after `overloaded`, the change may or may not be stored. In a transaction of the host: roll
 *   back. Otherwise `complete` may be repeated: if it was stored, the repetition fails with `NotDraft`.
 * - `conflict`: the storage rolled back because of a concurrent transaction: a serialization failure or a deadlock. Run
 *   the whole transaction again.
 * - `aborted`: an earlier error had already aborted the host's transaction, which can only be rolled back.
 * - `read-only`: the transaction or the server accepts no changes.
 *
 * `sqlState` is the code of PostgreSQL's error, which is in `cause`; null if PostgreSQL reported none.
 */
export class StorageUnavailable extends TaggedError<StorageUnavailable>()("StorageUnavailable", {
  /**
   * What failed: the method of a port, such as `Communications.take`, or, after the time limit of a call, its operation,
   * such as `communications/complete`.
   */
  operation: Schema.String,
  reason: Schema.Literals(["unreachable", "timeout", "overloaded", "conflict", "aborted", "read-only"]),
  sqlState: Schema.NullOr(Schema.String).pipe(Schema.withConstructorDefault(Effect.succeed(null))),
  cause: Schema.optional(Schema.Defect())
}) {
  override get message() {
    const state = this.sqlState === null ? "" : `, SQLSTATE ${this.sqlState}`
    return `${messages[this.reason]} (${this.operation}${state})`
  }
}

/** Another process has leased the subscription. */
export class SubscriptionTaken extends TaggedError<SubscriptionTaken>()("SubscriptionTaken", {
  subscription: Schema.String
}) {
  override get message() {
    return `another process handles the events of "${this.subscription}"`
  }
}

/** The subscription uses a handle in a transaction, where it would not see new events, and its position could be lost. */
export class SubscriptionInTransaction extends TaggedError<SubscriptionInTransaction>()("SubscriptionInTransaction", {
  subscription: Schema.String
}) {
  override get message() {
    return `the subscription "${this.subscription}" uses a handle in a transaction: subscribe on the pool`
  }
}
