import { type DateTime, Schema } from "effect"
import { UserId } from "./Identity.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

/** The documented names of the states of a communication. */
export const LifeCycleState = Schema.Literals(["DRAFT", "COMPLETED"])
export type LifeCycleState = typeof LifeCycleState.Type

/** One change by a user: when, by which user, in which request; `request_id` is `null` outside a request. */
export interface Act {
  readonly at: DateTime.Utc
  readonly by: UserId
  readonly request_id: string | null
}

/** One step in the history of a communication: from one state (`null`: it was created) to another, by an act. */
export const HistoryEntry = Schema.Struct({
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  at: Instant,
  by: UserId,
  request_id: Schema.NullOr(Text)
})
export type HistoryEntry = typeof HistoryEntry.Type
