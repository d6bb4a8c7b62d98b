import { type DateTime, Schema } from "effect"
import { UserId } from "./Identity.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

/** The documented names of the states that a communication may be in. */
export const LifeCycleState = Schema.Literals(["DRAFT", "COMPLETED"])
export type LifeCycleState = typeof LifeCycleState.Type

/** Who changes something, when, and on which request; `request_id` is `null` where there is none. */
export interface Act {
  readonly at: DateTime.Utc
  readonly by: UserId
  readonly request_id: string | null
}

/** One step in the history of a communication: from one state (`null`: from nothing) to another, by an act. */
export const Transition = Schema.Struct({
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  at: Instant,
  by: UserId,
  request_id: Schema.NullOr(Text)
}).annotate({ identifier: "Transition" })
export type Transition = typeof Transition.Type
