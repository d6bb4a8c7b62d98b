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

/** A step of a communication, or its creation, as subscribers receive it: plain JSON. */
export const CommunicationEvent = Schema.Struct({
  /** Stays the same if the event is delivered again. */
  id: EventId,
  organisation: OrganisationId,
  communication: CommunicationId,
  number: CommunicationNumber,
  contact_information: ContactInformationId,
  direction: Direction,
  media: Media,
  /** `null` for the creation of the communication. */
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  /** Orders the events of one communication: a later event has a larger version. */
  version: Schema.Int,
  /** ISO 8601 with milliseconds, in UTC: `2026-01-31T12:00:00.123Z`. */
  at: Schema.String,
  /** The user that took the step or created the communication. */
  by: UserId,
  request_id: Schema.NullOr(Text)
}).annotate({ identifier: "CommunicationEvent" })
export type CommunicationEvent = typeof CommunicationEvent.Type

/** An event whose handler failed too often. The later events of its communication wait until it is retried or discarded. */
export interface ParkedEvent {
  readonly event: CommunicationEvent
  /** The message of the last error. */
  readonly error: string
  /** How often the handler failed. */
  readonly attempts: number
  /** ISO 8601 with milliseconds, in UTC. */
  readonly parked_at: string
}

/** The steps that a subscription delivers: only completions of drafts, or all steps. */
export type SubscribedSteps = "completions" | "all"

/** Returns whether an entry completes a draft. The first entry of an imported completed communication does not. */
export const isCompletion = ({ from, to }: Pick<HistoryEntry, "from" | "to">): boolean =>
  from !== null && to === "COMPLETED"

/** Makes the event of an entry in the history of a communication. */
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
