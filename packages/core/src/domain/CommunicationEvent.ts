import { DateTime, Schema } from "effect"
import { type Communication, Direction, Media } from "./Communication.ts"
import {
  CommunicationId,
  CommunicationNumber,
  ContactInformationId,
  EventId,
  OrganisationId,
  UserId
} from "./Identity.ts"
import { type HistoryEntry, LifeCycleState } from "./LifeCycle.ts"
import { Text } from "./Text.ts"

/** A step that a communication took, as subscribers receive it; JSON as it is. */
export const CommunicationEvent = Schema.Struct({
  /** The same whenever the event is delivered again. */
  id: EventId,
  organisation: OrganisationId,
  communication: CommunicationId,
  number: CommunicationNumber,
  contact_information: ContactInformationId,
  direction: Direction,
  media: Media,
  /** `null` where the communication was created. */
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  /** Grows with each step of the communication. */
  version: Schema.Int,
  /** ISO 8601 with milliseconds, in UTC: `2026-01-31T12:00:00.123Z`. */
  at: Schema.String,
  by: UserId,
  request_id: Schema.NullOr(Text)
}).annotate({ identifier: "CommunicationEvent" })
export type CommunicationEvent = typeof CommunicationEvent.Type

/** The steps that a subscription delivers: every step, or only completions of drafts. */
export type SubscribedSteps = "completions" | "all"

/** Whether a step completes a draft; a communication that was imported as completed has no such step. */
export const isCompletion = ({ from, to }: Pick<HistoryEntry, "from" | "to">): boolean =>
  from !== null && to === "COMPLETED"

/** The event of an entry in the history of a communication. */
export const eventOf = (
  organisation: OrganisationId,
  { id: communication, number, contact_information, direction, media }: Communication,
  { at, ...entry }: HistoryEntry,
  { id, version }: Pick<CommunicationEvent, "id" | "version">
): CommunicationEvent => ({
  ...{ id, organisation, communication, number, contact_information: contact_information.id, direction, media },
  ...{ from: entry.from, to: entry.to, version, at: DateTime.formatIso(at), by: entry.by },
  request_id: entry.request_id
})
