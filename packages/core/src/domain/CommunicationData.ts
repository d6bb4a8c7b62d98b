import { DateTime, Schema } from "effect"
import { type Communication, lifeCycleState } from "./Communication.ts"
import { ContactInformation } from "./ContactInformation.ts"
import { CommunicationId, CommunicationNumber } from "./Identity.ts"
import { Text } from "./Text.ts"

/** A moment as the documented API writes it: `YYYY-MM-DDTHH:MM:SS`, in UTC, without zone and fraction. */
const Moment = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/, { expected: "YYYY-MM-DDTHH:MM:SS" })
)

/** A communication as the documented API shows it: every documented member, in the documented order, JSON as it is. */
export const CommunicationData = Schema.Struct({
  id: CommunicationId,
  number: CommunicationNumber,
  life_cycle_state: Schema.Literals(["DRAFT", "COMPLETED"]),
  subject: Schema.NullOr(Text),
  viewed: Schema.Boolean,
  viewed_on: Schema.NullOr(Moment),
  contact_information: ContactInformation
}).annotate({ identifier: "Communication" })
export type CommunicationData = typeof CommunicationData.Type

/** Shows a communication by its documented members. */
export const toData = (communication: Communication): CommunicationData => ({
  id: communication.id,
  number: communication.number,
  life_cycle_state: lifeCycleState(communication),
  subject: communication.subject,
  viewed: communication.viewed_on !== null,
  viewed_on: communication.viewed_on === null ? null : DateTime.formatIso(communication.viewed_on).slice(0, 19),
  contact_information: communication.contact_information
})
