/** Examples for the documentation. */
import type { CommunicationData } from "../domain/CommunicationData.ts"
import { Person } from "../domain/ContactInformation.ts"
import { Demographics } from "../domain/Demographics.ts"
import { CommunicationId, CommunicationNumber, ContactInformationId, UserId } from "../domain/Identity.ts"

/** The token of the documented request. */
export const tokenExample = "B679A1250F36F8D4DAF607B2D83ED551"

/** The person of the documented response. */
export const personExample = Person.make({
  id: ContactInformationId.make("3DA4F031963FCAD2E299CB23190AF295"),
  type: "PERSON",
  life_cycle_state: "MARKETING",
  name: "Stephane Spector",
  first_name: "Stephane",
  last_name: "Spector",
  title: "Mr",
  demographics: Demographics.make({ gender: "MALE", id_number: "121212", passport_number: "121212" })
})

/** The communication of the documented response. */
export const completedExample: CommunicationData = {
  id: CommunicationId.make("252F3A1A87C26866A1E1A1B18D6043EA"),
  number: CommunicationNumber.make("41"),
  life_cycle_state: "COMPLETED",
  subject: "Communication 41 of CRMDEMO",
  viewed: false,
  viewed_on: null,
  contact_information: personExample
}

/** The same communication, as the other operations return it. */
export const detailsExample = {
  ...completedExample,
  direction: "OUTGOING",
  media: "SMS",
  content: null,
  created_at: "2026-01-15T09:30:00Z",
  completed_at: "2026-01-15T16:45:00Z",
  completed_by: UserId.make("F50927C44314BA21B2DAEECFF2E53BB0")
} as const
