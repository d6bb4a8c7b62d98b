/** What the documentation says of each operation: its name, its words, a request and its answer as an example. */
import {
  type CommunicationData,
  CommunicationId,
  CommunicationNumber,
  ContactInformationId,
  Demographics,
  Person,
  UserId
} from "@communications/core"
import type { Schema } from "effect"
import type { CommunicationsApi } from "./CommunicationsApi.ts"

type Groups = (typeof CommunicationsApi)["groups"]

/** Every operation of the API, by its group and its name. */
export type Operation = {
  [Group in keyof Groups & string]: `${Group}.${keyof Groups[Group]["endpoints"] & string}`
}[keyof Groups & string]

/** The words and the examples of an operation; the request is its body, or the parameters of its query. */
export interface Words {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly request?: Schema.JsonObject
  readonly answer: Schema.Json
}

const token = "B679A1250F36F8D4DAF607B2D83ED551"

const stephane = Person.make({
  id: ContactInformationId.make("3DA4F031963FCAD2E299CB23190AF295"),
  type: "PERSON",
  life_cycle_state: "MARKETING",
  name: "Stephane Spector",
  first_name: "Stephane",
  last_name: "Spector",
  title: "Mr",
  demographics: Demographics.make({ gender: "MALE", id_number: "121212", passport_number: "121212" })
})

const completed: CommunicationData = {
  id: CommunicationId.make("252F3A1A87C26866A1E1A1B18D6043EA"),
  number: CommunicationNumber.make("41"),
  life_cycle_state: "COMPLETED",
  subject: "Communication 41 of CRMDEMO",
  viewed: false,
  viewed_on: null,
  contact_information: stephane
}
const details = { ...completed, direction: "OUTGOING", media: "SMS", content: null } as const
const drafted = { ...details, life_cycle_state: "DRAFT" } as const
const viewed = { ...details, viewed: true, viewed_on: "2026-01-16T09:30:00" } as const
const step = { from: "DRAFT", to: "COMPLETED", at: "2026-01-15T16:45:00", by: UserId.make(token), request_id: null }

/** The words of every operation. */
export const words = {
  "communications.complete": {
    operationId: "completeCommunication",
    summary: "Complete a communication",
    description:
      "DRAFT becomes COMPLETED. Only drafts can be completed, each of them once: of many callers exactly one succeeds. After `UNAVAILABLE`, ask again: `NOT_DRAFT` then tells that it was completed.",
    request: { token, communication_identifier: { number: "41" } },
    answer: completed
  },
  "communications.create": {
    operationId: "createCommunication",
    summary: "Draft a communication",
    description: "With a contact of your organisation. Its id and its number are given by the system.",
    request: {
      token,
      contact_information_identifier: { id: stephane.id },
      direction: "OUTGOING",
      media: "EMAIL",
      subject: "Your order",
      content: "It is on its way."
    },
    answer: { ...drafted, number: "42", media: "EMAIL", subject: "Your order", content: "It is on its way." }
  },
  "communications.show": {
    operationId: "showCommunication",
    summary: "Show a communication",
    description: "With its history, oldest step first, where `fields_set` names `history`.",
    request: { token, communication_identifier: "number=41", fields_set: "number,life_cycle_state,history" },
    answer: { number: "41", life_cycle_state: "COMPLETED", history: [step] }
  },
  "communications.list": {
    operationId: "listCommunications",
    summary: "List communications",
    description:
      "Those with a contact, or in a state, newest first. At least one of `contact_information_identifier` and `life_cycle_state` is needed.",
    request: { token, life_cycle_state: "DRAFT", number_of_results: "2", fields_set: "id,number,subject" },
    answer: [
      { id: "0BF1B5FA1ED3D1F0B2B1E66A1FB1B8A5", number: "60", subject: "Communication 60 of CRMDEMO" },
      { id: completed.id, number: "41", subject: completed.subject }
    ]
  },
  "communications.view": {
    operationId: "viewCommunication",
    summary: "Mark a communication as viewed",
    description: "Sets `viewed` and `viewed_on` the first time; from then on the answer stays the same.",
    request: { token, communication_identifier: { number: "41" } },
    answer: viewed
  },
  "contact_information.create": {
    operationId: "createContactInformation",
    summary: "Store a contact information",
    description:
      "A person needs `first_name` and `last_name`, a company its `company_name`. What else is left out is unset; `name` is then made of these.",
    request: {
      token,
      type: "PERSON",
      life_cycle_state: "MARKETING",
      first_name: "Stephane",
      last_name: "Spector",
      title: "Mr",
      demographics: { gender: "MALE", id_number: "121212", passport_number: "121212" }
    },
    answer: stephane
  },
  "contact_information.show": {
    operationId: "showContactInformation",
    summary: "Show a contact information",
    description: "One that your organisation has.",
    request: { token, contact_information_identifier: `id=${stephane.id}` },
    answer: stephane
  },
  "authentication.token": {
    operationId: "logIn",
    summary: "Log in",
    description:
      "Answers a token, valid for two hours, whether used or not. Failed attempts are limited: `TOO_MANY_ATTEMPTS` says when the next one is heard.",
    request: { username: "demo", password: "demo", organisation: "CRMDEMO" },
    answer: { token }
  },
  "authentication.release": {
    operationId: "releaseToken",
    summary: "Log out",
    description: "Releases the token: it is invalid from then on, at once.",
    request: { token: "0123456789ABCDEF0123456789ABCDEF" },
    answer: {}
  },
  "health.live": {
    operationId: "isLive",
    summary: "Whether the process runs",
    description: "Answers while it does.",
    answer: {}
  },
  "health.ready": {
    operationId: "isReady",
    summary: "Whether requests can be served",
    description: "Answers `OK` while the database answers.",
    answer: {}
  }
} as const satisfies Record<Operation, Words>
