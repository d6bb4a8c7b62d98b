/** The definition of the API, apart from its implementation: what clients, documentation and the server share. */
import {
  CommunicationData,
  CommunicationDetails,
  CommunicationWithHistory,
  ContactInformation as ContactInformationData,
  Direction,
  LifeCycleState,
  Media,
  NewCompany,
  NewPerson
} from "@communications/core"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { AllOrSome, AnswerOf } from "./Answers.ts"
import { FailureOf, InvalidTokenFailure, TooManyAttemptsFailure, UnavailableFailure } from "./Failures.ts"
import {
  Authorization,
  CommunicationIdentifier,
  CommunicationInQuery,
  ContactInformationIdentifier,
  ContactInQuery,
  FieldsSet,
  OptionalText,
  Token,
  WholeNumber
} from "./Parameters.ts"

const base = "/crmapi/rest/v2"
const any = [FailureOf("INVALID_PARAMETERS"), FailureOf("INTERNAL_ERROR")] as const
const always = [InvalidTokenFailure, UnavailableFailure, ...any] as const
const ofBody = [FailureOf("PAYLOAD_TOO_LARGE"), FailureOf("UNSUPPORTED_MEDIA_TYPE")] as const
const Empty = AnswerOf(Schema.Struct({}))
const Details = AllOrSome(CommunicationDetails, CommunicationDetails)
const Contact = AllOrSome(ContactInformationData, ContactInformationData)

const besides = { token: Token, fields_set: FieldsSet }

/** What the bodies of requests are. */
export const Bodies = {
  /** Of a log-in. */
  token: Schema.Struct({
    username: Schema.String,
    password: Schema.String,
    organisation: Schema.String,
    unit: Schema.optionalKey(Schema.NullOr(Schema.String))
  }),
  /** Of giving a token back. */
  release: Schema.Struct({ token: Token }),
  /** Of whatever names a communication. */
  named: Schema.Struct({ token: Token, communication_identifier: CommunicationIdentifier, fields_set: FieldsSet }),
  /** Of drafting a communication. */
  draft: Schema.Struct({
    token: Token,
    contact_information_identifier: ContactInformationIdentifier,
    direction: Direction,
    media: Media,
    subject: OptionalText,
    content: OptionalText,
    fields_set: FieldsSet
  }),
  /** Of adding a contact information. */
  contact: Schema.Union([
    Schema.Struct({ ...NewPerson.fields, ...besides }).annotate({ identifier: "NewPerson" }),
    Schema.Struct({ ...NewCompany.fields, ...besides }).annotate({ identifier: "NewCompany" })
  ])
}

/** What the queries of requests are. */
export const Queries = {
  /** Of showing a communication. */
  show: { token: Token, communication_identifier: CommunicationInQuery, fields_set: FieldsSet },
  /** Of listing communications. */
  list: {
    token: Token,
    contact_information_identifier: Schema.optionalKey(ContactInQuery),
    life_cycle_state: Schema.optionalKey(LifeCycleState),
    direction: Schema.optionalKey(Direction),
    media: Schema.optionalKey(Media),
    number_of_results: Schema.optionalKey(WholeNumber("How many to return at most, from 1 to 100; 25 unless given")),
    offset: Schema.optionalKey(WholeNumber("How many to skip; the deeper, the slower")),
    after: Schema.optionalKey(
      Schema.String.annotate({
        description: "The id of a communication: what follows it is returned, at any depth"
      })
    ),
    fields_set: FieldsSet
  },
  /** Of showing a contact information. */
  contact: { token: Token, contact_information_identifier: ContactInQuery, fields_set: FieldsSet }
}

/** The methods on sessions. */
export class Authentication extends HttpApiGroup.make("authentication")
  .add(
    HttpApiEndpoint.post("token", `${base}/authentication/token`, {
      payload: Bodies.token,
      success: AnswerOf(Schema.Struct({ token: Schema.String })),
      error: [FailureOf("INVALID_CREDENTIALS"), TooManyAttemptsFailure, UnavailableFailure, ...any, ...ofBody]
    }),
    HttpApiEndpoint.post("release", `${base}/authentication/token/release`, {
      headers: Authorization,
      payload: Bodies.release,
      success: Empty,
      error: [...always, ...ofBody]
    })
  )
  .annotateMerge(
    OpenApi.annotations({ title: "Authentication", description: "Tokens: getting one, giving it back." })
  ) {}

const named = [FailureOf("AMBIGUOUS_IDENTIFIER"), FailureOf("COMMUNICATION_NOT_FOUND"), ...always] as const

/** The methods on communications. */
export class Communications extends HttpApiGroup.make("communications")
  .add(
    HttpApiEndpoint.post("complete", `${base}/communications/complete`, {
      headers: Authorization,
      payload: Bodies.named,
      success: AnswerOf(AllOrSome(CommunicationData, CommunicationData)),
      error: [...named, FailureOf("NOT_DRAFT"), ...ofBody]
    }),
    HttpApiEndpoint.post("create", `${base}/communications/create`, {
      headers: Authorization,
      payload: Bodies.draft,
      success: AnswerOf(Details),
      error: [FailureOf("CONTACT_INFORMATION_NOT_FOUND"), ...always, ...ofBody]
    }),
    HttpApiEndpoint.get("show", `${base}/communications/show`, {
      headers: Authorization,
      query: Queries.show,
      success: AnswerOf(AllOrSome(CommunicationDetails, CommunicationWithHistory)),
      error: named
    }),
    HttpApiEndpoint.get("list", `${base}/communications/list`, {
      headers: Authorization,
      query: Queries.list,
      success: AnswerOf(Schema.Array(Details)),
      error: [FailureOf("CONTACT_INFORMATION_NOT_FOUND"), FailureOf("COMMUNICATION_NOT_FOUND"), ...always]
    }),
    HttpApiEndpoint.post("view", `${base}/communications/view`, {
      headers: Authorization,
      payload: Bodies.named,
      success: AnswerOf(Details),
      error: [...named, ...ofBody]
    })
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Communications",
      description: "E-mails, calls and letters to contacts: drafted, and completed once."
    })
  ) {}

/** The methods on contact information. */
export class ContactInformation extends HttpApiGroup.make("contact_information")
  .add(
    HttpApiEndpoint.post("create", `${base}/contact_information/create`, {
      headers: Authorization,
      payload: Bodies.contact,
      success: AnswerOf(Contact),
      error: [...always, ...ofBody]
    }),
    HttpApiEndpoint.get("show", `${base}/contact_information/show`, {
      headers: Authorization,
      query: Queries.contact,
      success: AnswerOf(Contact),
      error: [FailureOf("CONTACT_INFORMATION_NOT_FOUND"), ...always]
    })
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Contact information",
      description: "The people and the companies that communications are with."
    })
  ) {}

/** For whoever watches the server: `live` while the process runs, `ready` while requests can be served. */
export class Health extends HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("live", "/health/live", { success: Empty, error: any }),
    HttpApiEndpoint.get("ready", "/health/ready", { success: Empty, error: [UnavailableFailure, ...any] })
  )
  .annotateMerge(OpenApi.annotations({ title: "Health", description: "For whoever watches the server." })) {}

/** The whole API. */
export class CommunicationsApi extends HttpApi.make("communications")
  .add(Communications, ContactInformation, Authentication, Health)
  .annotateMerge(
    OpenApi.annotations({
      title: "Communications",
      version: "0.1.0",
      license: { name: "MIT", url: "https://opensource.org/license/mit" }
    })
  ) {}
