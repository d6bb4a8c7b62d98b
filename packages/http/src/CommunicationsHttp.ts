/** The implementation of the API: a handler hands its request to a use case, and the outcome back. */
import {
  type Accounts,
  type Attempts,
  type Communications,
  type ContactInformations,
  completeCommunication,
  createCommunication,
  createContactInformation,
  type FieldsSet,
  listCommunications,
  logIn,
  names,
  parseContactFieldsSet,
  parseDetailsFieldsSet,
  parseFieldsSet,
  parseHistoryFieldsSet,
  project,
  Readiness,
  releaseToken,
  type Sessions,
  showCommunication,
  showContactInformation,
  showHistory,
  toData,
  toDetails,
  toTransitionData,
  viewCommunication
} from "@communications/core"
import { Effect, Redacted, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { answer } from "./Answers.ts"
import { addressOf } from "./ClientAddress.ts"
import { Bodies, CommunicationsApi, Queries } from "./CommunicationsApi.ts"
import { bodyOf } from "./JsonBody.ts"
import {
  ofCommunication,
  ofCompletion,
  ofContact,
  ofList,
  ofLogIn,
  ofNewContact,
  ofReadiness,
  ofRelease
} from "./Refusals.ts"
import { type Asked, queryOf, type Route, served } from "./Routes.ts"

const read = {
  token: bodyOf(Bodies.token),
  release: bodyOf(Bodies.release),
  named: bodyOf(Bodies.named),
  draft: bodyOf(Bodies.draft),
  contact: bodyOf(Bodies.contact)
}

const queries = {
  show: queryOf(Schema.Struct(Queries.show)),
  list: queryOf(Schema.Struct(Queries.list)),
  contact: queryOf(Schema.Struct(Queries.contact))
}

/** The token of a request, as a parameter or in its header. Where there is none, or two that differ, it fits no session. */
const tokenOf = ({ headers: { authorization } }: Asked, parameter: string | null = null): Redacted.Redacted<string> => {
  const bearer = authorization === undefined ? undefined : /^Bearer +(.*)$/i.exec(authorization)?.[1]
  const token = parameter ?? bearer
  return Redacted.make(token === undefined || (bearer !== undefined && bearer !== token) ? "" : token)
}

const respond = (data: Schema.Json) => HttpServerResponse.jsonUnsafe(answer(data))

const show = (data: Schema.JsonObject, fields: FieldsSet) => respond(project(data, fields))

const { token, release } = CommunicationsApi.groups.authentication.endpoints

/** The methods on sessions. */
const authentication = [
  served(token, (request) =>
    Effect.gen(function* () {
      const { organisation, username, password } = yield* read.token(request)
      const address = yield* addressOf(request)
      const token = yield* logIn({ organisation, username, password: Redacted.make(password), address })
      return respond({ token: Redacted.value(token) })
    }).pipe(Effect.catchTags(ofLogIn))
  ),
  served(release, (request) =>
    Effect.gen(function* () {
      const { token } = yield* read.release(request)
      yield* releaseToken({ token: tokenOf(request, token) })
      return respond({})
    }).pipe(Effect.catchTags(ofRelease))
  )
]

const { complete, create, show: showOne, list, view } = CommunicationsApi.groups.communications.endpoints

/** The methods on communications. */
const communications = [
  served(complete, (request) =>
    Effect.gen(function* () {
      const { token, communication_identifier: identifier, fields_set } = yield* read.named(request)
      const fields = yield* Effect.fromResult(parseFieldsSet(fields_set))
      const completed = yield* completeCommunication({ token: tokenOf(request, token), identifier })
      return show(toData(completed), fields)
    }).pipe(Effect.catchTags(ofCompletion))
  ),
  served(create, (request) =>
    Effect.gen(function* () {
      const { token, contact_information_identifier, fields_set, ...given } = yield* read.draft(request)
      const fields = yield* Effect.fromResult(parseDetailsFieldsSet(fields_set))
      const created = yield* createCommunication({
        ...given,
        token: tokenOf(request, token),
        contact_information: contact_information_identifier.id
      })
      return show(toDetails(created), fields)
    }).pipe(Effect.catchTags(ofContact))
  ),
  served(showOne, (request) =>
    Effect.gen(function* () {
      const { token, communication_identifier: identifier, fields_set } = yield* queries.show(request)
      const fields = yield* Effect.fromResult(parseHistoryFieldsSet(fields_set))
      const asked = { token: tokenOf(request, token), identifier }
      if (!names(fields, "history")) return show(toDetails(yield* showCommunication(asked)), fields)
      const { communication, history } = yield* showHistory(asked)
      return show({ ...toDetails(communication), history: history.map(toTransitionData) }, fields)
    }).pipe(Effect.catchTags(ofCommunication))
  ),
  served(list, (request) =>
    Effect.gen(function* () {
      const { token, contact_information_identifier: contact, fields_set, ...given } = yield* queries.list(request)
      const fields = yield* Effect.fromResult(parseDetailsFieldsSet(fields_set))
      const found = yield* listCommunications({
        ...given,
        token: tokenOf(request, token),
        contact_information: contact?.id
      })
      return respond(found.map((communication) => project(toDetails(communication), fields)))
    }).pipe(Effect.catchTags(ofList))
  ),
  served(view, (request) =>
    Effect.gen(function* () {
      const { token, communication_identifier: identifier, fields_set } = yield* read.named(request)
      const fields = yield* Effect.fromResult(parseDetailsFieldsSet(fields_set))
      const viewed = yield* viewCommunication({ token: tokenOf(request, token), identifier })
      return show(toDetails(viewed), fields)
    }).pipe(Effect.catchTags(ofCommunication))
  )
]

const contacts = CommunicationsApi.groups.contact_information.endpoints

/** The methods on contact information. */
const contactInformation = [
  served(contacts.create, (request) =>
    Effect.gen(function* () {
      const { token, fields_set, ...contact_information } = yield* read.contact(request)
      const fields = yield* Effect.fromResult(parseContactFieldsSet(fields_set))
      const created = yield* createContactInformation({ token: tokenOf(request, token), contact_information })
      return show(created, fields)
    }).pipe(Effect.catchTags(ofNewContact))
  ),
  served(contacts.show, (request) =>
    Effect.gen(function* () {
      const { token, contact_information_identifier: contact, fields_set } = yield* queries.contact(request)
      const fields = yield* Effect.fromResult(parseContactFieldsSet(fields_set))
      return show(yield* showContactInformation({ token: tokenOf(request, token), id: contact.id }), fields)
    }).pipe(Effect.catchTags(ofContact))
  )
]

const { live, ready } = CommunicationsApi.groups.health.endpoints

/** For whoever watches the server. */
const health = [
  served(live, () => Effect.succeed(respond({}))),
  served(ready, () =>
    Effect.flatMap(Readiness, ({ check }) => Effect.as(check, respond({}))).pipe(Effect.catchTags(ofReadiness))
  )
]

/** What is asked of whatever is behind the methods. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Readiness | Sessions

/** The routes of all methods. */
export const routes: ReadonlyArray<Route<Ports>> = [
  ...authentication,
  ...communications,
  ...contactInformation,
  ...health
]
