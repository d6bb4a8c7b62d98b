/** Failures of the storage, and of the log that it contains. */
import { Schema } from "effect"

const reasons = {
  unreachable: "cannot be reached",
  timeout: "did not respond in time",
  overloaded: "has too many requests waiting"
}

/**
 * The storage could not be reached, did not respond in time, had too many requests waiting, or reported a conflict. The
 * change may or may not be stored. In a transaction of the host: roll back, and run all of it again. Otherwise `complete`
 * may be repeated: if it was stored, the repetition fails with `NotDraft`.
 */
export class StorageUnavailable extends Schema.TaggedError<StorageUnavailable>()("StorageUnavailable", {
  operation: Schema.String,
  reason: Schema.Literals(["unreachable", "timeout", "overloaded"]),
  cause: Schema.optional(Schema.Defect())
}) {
  override get message() {
    return `the storage ${reasons[this.reason]} (${this.operation})`
  }
}

/** Another process has leased the subscription. */
export class SubscriptionTaken extends Schema.TaggedError<SubscriptionTaken>()("SubscriptionTaken", {
  subscription: Schema.String
}) {
  override get message() {
    return `another process handles the events of "${this.subscription}"`
  }
}

/** The subscription uses a handle in a transaction, where it would not see new events, and its position could be lost. */
export class SubscriptionInTransaction extends Schema.TaggedError<SubscriptionInTransaction>()(
  "SubscriptionInTransaction",
  { subscription: Schema.String }
) {
  override get message() {
    return `the subscription "${this.subscription}" uses a handle in a transaction: subscribe on the pool`
  }
}
