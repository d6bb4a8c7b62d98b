import { DateTime, Schema } from "effect"
import { type Communication, Direction, lifeCycleState, Media } from "./Communication.ts"
import { ContactInformation } from "./ContactInformation.ts"
import { CommunicationId, CommunicationNumber, UserId } from "./Identity.ts"
import { type HistoryEntry, LifeCycleState } from "./LifeCycle.ts"
import { Text } from "./Text.ts"

/** A time as the documented API writes it: `YYYY-MM-DDTHH:MM:SS`, in UTC, without zone and fraction. */
const Moment = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/u, { expected: "YYYY-MM-DDTHH:MM:SS" })
)

const moment = (at: DateTime.Utc): string => DateTime.formatIso(at).slice(0, 19)

/** The answer of `complete`: every documented member, in the documented order, JSON as it is. */
export const CommunicationData = Schema.Struct({
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: LifeCycleState,
  subject: Schema.NullOr(Text),
  viewed: Schema.Boolean,
  viewed_on: Schema.NullOr(Moment),
  contact_information: ContactInformation
}).annotate({ identifier: "Communication" })
export type CommunicationData = typeof CommunicationData.Type

/** A communication as `complete` answers it. */
export const toData = (communication: Communication): CommunicationData => ({
  id: communication.id,
  number: communication.number,
  life_cycle_state: lifeCycleState(communication),
  subject: communication.subject,
  viewed: communication.viewed_on !== null,
  viewed_on: communication.viewed_on === null ? null : moment(communication.viewed_on),
  contact_information: communication.contact_information
})

/** The answer of every other method: the members of `complete`, and direction, media and content. */
export const CommunicationDetails = Schema.Struct({
  ...CommunicationData.fields,
  direction: Direction,
  media: Media,
  content: Schema.NullOr(Text)
}).annotate({ identifier: "CommunicationDetails" })
export type CommunicationDetails = typeof CommunicationDetails.Type

/** A communication as every other method answers it. */
export const toDetails = (communication: Communication): CommunicationDetails => ({
  ...toData(communication),
  direction: communication.direction,
  media: communication.media,
  content: communication.content
})

/** A step in the history of a communication, JSON as it is. */
export const HistoryEntryData = Schema.Struct({
  from: Schema.NullOr(LifeCycleState),
  to: LifeCycleState,
  at: Moment,
  by: UserId,
  request_id: Schema.NullOr(Text)
}).annotate({ identifier: "Transition" })
export type HistoryEntryData = typeof HistoryEntryData.Type

/** A history entry as `show` answers it. */
export const toHistoryEntryData = ({ at, ...entry }: HistoryEntry): HistoryEntryData => ({
  from: entry.from,
  to: entry.to,
  at: moment(at),
  by: entry.by,
  request_id: entry.request_id
})

/** Everything that `show` can answer: the details, and on request the history, oldest step first. */
export const CommunicationWithHistory = Schema.Struct({
  ...CommunicationDetails.fields,
  history: Schema.Array(HistoryEntryData)
}).annotate({ identifier: "CommunicationWithHistory" })
export type CommunicationWithHistory = typeof CommunicationWithHistory.Type
