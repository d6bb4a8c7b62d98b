import { type DateTime, Schema } from "effect"
import type { Idempotency } from "./Idempotency.ts"
import { UserId } from "./Identity.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

/** The documented names of the states of a communication. */
export const LifeCycleState = Schema.Literals(["DRAFT", "COMPLETED"])
export type LifeCycleState = typeof LifeCycleState.Type

/**
 * When, by which user and in which request a change was made; `request_id` is `null` outside a request. An act with the
 * idempotency key of its request happens only once.
 */
export interface Act {
  readonly at: DateTime.Utc
  readonly by: UserId
  readonly request_id: string | null
  readonly idempotency?: Idempotency | undefined
}

/** An entry in the history of a communication: its creation, with `from: null`, or a step. */
export const HistoryEntry = Schema.Struct({
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  at: Instant,
  by: UserId,
  request_id: Schema.NullOr(Text)
})
export type HistoryEntry = typeof HistoryEntry.Type
