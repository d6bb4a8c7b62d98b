/** Failures of the storage, and of the log that subscribers read from it. */
import { Schema } from "effect"

const because = {
  unreachable: "cannot be reached",
  timeout: "did not answer in time",
  overloaded: "has too many requests waiting"
}

/**
 * The storage could not be reached, has too many requests waiting, or did not answer in time. A change may or may not
 * have been made; asking again is safe, because a change that was made is refused the second time.
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

/** Another process handles the events of the subscription at the moment. */
export class SubscriptionTaken extends Schema.TaggedError<SubscriptionTaken>()("SubscriptionTaken", {
  subscription: Schema.String
}) {
  override get message() {
    return `another process handles the events of "${this.subscription}"`
  }
}
