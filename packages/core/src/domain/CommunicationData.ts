import { Schema } from "effect"
import { type Communication, Direction, isIn, lifeCycleState, Media } from "./Communication.ts"
import { ContactInformation } from "./ContactInformation.ts"
import { CommunicationId, CommunicationNumber, Name, UserId } from "./Identity.ts"
import { type HistoryEntry, LifeCycleState } from "./LifeCycle.ts"
import { Text } from "./Text.ts"
import { Timestamp, timestampOf, UtcTimestamp, utcTimestampOf } from "./Timestamps.ts"

/** A communication as `complete` returns it over HTTP: JSON, exactly as documented (decision 13). */
export const CommunicationData = Schema.Struct({
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: LifeCycleState,
  subject: Schema.NullOr(Text),
  viewed: Schema.Boolean,
  viewed_on: Schema.NullOr(Timestamp),
  contact_information: ContactInformation
}).annotate({ identifier: "Communication" })
export type CommunicationData = typeof CommunicationData.Type

/** Converts a communication to the documented result of `complete`. */
export const toData = (communication: Communication): CommunicationData => ({
  id: communication.id,
  number: communication.number,
  life_cycle_state: lifeCycleState(communication),
  subject: communication.subject,
  viewed: communication.viewed_on !== null,
  viewed_on: communication.viewed_on === null ? null : timestampOf(communication.viewed_on),
  contact_information: communication.contact_information
})

/** A communication with the members that the API adds to the documented ones (decision 13). */
export const CommunicationDetails = Schema.Struct({
  ...CommunicationData.fields,
  direction: Direction,
  media: Media,
  content: Schema.NullOr(Text),
  created_at: UtcTimestamp,
  completed_at: Schema.NullOr(UtcTimestamp),
  completed_by: Schema.NullOr(UserId)
}).annotate({ identifier: "CommunicationDetails" })
export type CommunicationDetails = typeof CommunicationDetails.Type

/** Converts a communication to its details. `completed_at` and `completed_by` of a draft are `null`. */
export const toDetails = (communication: Communication): CommunicationDetails => ({
  ...toData(communication),
  direction: communication.direction,
  media: communication.media,
  content: communication.content,
  created_at: utcTimestampOf(communication.created_at),
  completed_at: isIn("Completed", communication) ? utcTimestampOf(communication.completed_at) : null,
  completed_by: isIn("Completed", communication) ? communication.completed_by : null
})

/**
 * An entry in the history of a communication, as JSON. `by_username` is `null` if the user is not one of `Accounts`, and
 * for a `caller` that the host has authenticated.
 */
export const HistoryEntryData = Schema.Struct({
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  at: Timestamp,
  by: UserId,
  by_username: Schema.NullOr(Name),
  request_id: Schema.NullOr(Text)
}).annotate({ identifier: "Transition" })
export type HistoryEntryData = typeof HistoryEntryData.Type

/** Converts a history entry to JSON, as `show` returns it. */
export const toHistoryEntryData = (
  { at, ...entry }: HistoryEntry,
  by_username: HistoryEntryData["by_username"]
): HistoryEntryData => ({
  from: entry.from,
  to: entry.to,
  at: timestampOf(at),
  by: entry.by,
  by_username,
  request_id: entry.request_id
})

/** All that `show` can return: the details, and the history if it is requested, oldest entry first. */
export const CommunicationWithHistory = Schema.Struct({
  ...CommunicationDetails.fields,
  history: Schema.Array(HistoryEntryData)
}).annotate({ identifier: "CommunicationWithHistory" })
export type CommunicationWithHistory = typeof CommunicationWithHistory.Type
