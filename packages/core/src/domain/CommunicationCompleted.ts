import { Schema } from "effect"
import { CommunicationId, EventId, OrganisationId, UserId } from "./Identity.ts"
import type { Transition } from "./LifeCycle.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

/** Tells that a communication was completed: which one, when, by whom, on which request. */
export class CommunicationCompleted extends Schema.TaggedClass<CommunicationCompleted>()("CommunicationCompleted", {
  id: EventId,
  /** The version of this shape; a member is never removed or changed without a new one. */
  payload_version: Schema.Literal(1),
  organisation: OrganisationId,
  communication: CommunicationId,
  at: Instant,
  by: UserId,
  request_id: Schema.NullOr(Text)
}) {}

/** Whether a step is told to subscribers: the completion of what was drafted here. */
export const isCompletion = ({ from, to }: Transition): boolean => from !== null && to === "COMPLETED"
