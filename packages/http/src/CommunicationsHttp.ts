/** The implementation of the API: a handler hands its request to a use case, and the outcome back. */
import {
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
  showCommunication,
  showContactInformation,
  showHistory,
  toData,
  toDetails,
  toTransitionData,
  viewCommunication
} from "@communications/core"
import { Effect, Redacted, type Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { answer } from "./Answers.ts"
import { addressOf } from "./ClientAddress.ts"
import { CommunicationsApi } from "./CommunicationsApi.ts"
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

interface Headers {
  readonly authorization?: string
}

/** The token of a request, as a parameter or in its header. Where there is none, or two that differ, it fits no session. */
const tokenOf = ({ authorization = "" }: Headers, parameter: string | null = null): Redacted.Redacted<string> => {
  const bearer = /^Bearer +(.*)$/i.exec(authorization)?.[1]
  const token = parameter ?? bearer
  return Redacted.make(token === undefined || (bearer !== undefined && bearer !== token) ? "" : token)
}

const respond = (data: Schema.Json) => HttpServerResponse.jsonUnsafe(answer(data))

const show = (data: Schema.JsonObject, fields: FieldsSet) => respond(project(data, fields))

/** The methods on sessions. */
export const authentication = HttpApiBuilder.group(CommunicationsApi, "authentication", (handlers) =>
  handlers
    .handle("token", ({ payload: { organisation, username, password } }) =>
      Effect.gen(function* () {
        const address = yield* addressOf(yield* HttpServerRequest.HttpServerRequest)
        const token = yield* logIn({ organisation, username, password: Redacted.make(password), address })
        return respond({ token: Redacted.value(token) })
      }).pipe(Effect.catchTags(ofLogIn))
    )
    .handle("release", ({ headers, payload }) =>
      releaseToken({ token: tokenOf(headers, payload.token) }).pipe(
        Effect.map(() => respond({})),
        Effect.catchTags(ofRelease)
      )
    )
)

/** The methods on communications. */
export const communications = HttpApiBuilder.group(CommunicationsApi, "communications", (handlers) =>
  handlers
    .handle("complete", ({ headers, payload }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseFieldsSet(payload.fields_set))
        const token = tokenOf(headers, payload.token)
        const completed = yield* completeCommunication({ token, identifier: payload.communication_identifier })
        return show(toData(completed), fields)
      }).pipe(Effect.catchTags(ofCompletion))
    )
    .handle("create", ({ headers, payload: { token, contact_information_identifier, fields_set, ...given } }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseDetailsFieldsSet(fields_set))
        const created = yield* createCommunication({
          ...given,
          token: tokenOf(headers, token),
          contact_information: contact_information_identifier.id
        })
        return show(toDetails(created), fields)
      }).pipe(Effect.catchTags(ofContact))
    )
    .handle("show", ({ headers, query: { token, communication_identifier: identifier, fields_set } }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseHistoryFieldsSet(fields_set))
        const request = { token: tokenOf(headers, token), identifier }
        if (!names(fields, "history")) return show(toDetails(yield* showCommunication(request)), fields)
        const { communication, history } = yield* showHistory(request)
        return show({ ...toDetails(communication), history: history.map(toTransitionData) }, fields)
      }).pipe(Effect.catchTags(ofCommunication))
    )
    .handle("list", ({ headers, query }) =>
      Effect.gen(function* () {
        const { token, contact_information_identifier: contact, fields_set, ...given } = query
        const fields = yield* Effect.fromResult(parseDetailsFieldsSet(fields_set))
        const found = yield* listCommunications({
          ...given,
          token: tokenOf(headers, token),
          contact_information: contact?.id
        })
        return respond(found.map((communication) => project(toDetails(communication), fields)))
      }).pipe(Effect.catchTags(ofList))
    )
    .handle("view", ({ headers, payload }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseDetailsFieldsSet(payload.fields_set))
        const token = tokenOf(headers, payload.token)
        const viewed = yield* viewCommunication({ token, identifier: payload.communication_identifier })
        return show(toDetails(viewed), fields)
      }).pipe(Effect.catchTags(ofCommunication))
    )
)

/** The methods on contact information. */
export const contactInformation = HttpApiBuilder.group(CommunicationsApi, "contact_information", (handlers) =>
  handlers
    .handle("create", ({ headers, payload: { token, fields_set, ...contact_information } }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseContactFieldsSet(fields_set))
        const created = yield* createContactInformation({ token: tokenOf(headers, token), contact_information })
        return show(created, fields)
      }).pipe(Effect.catchTags(ofNewContact))
    )
    .handle("show", ({ headers, query: { token, contact_information_identifier: contact, fields_set } }) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parseContactFieldsSet(fields_set))
        const request = { token: tokenOf(headers, token), id: contact.id }
        return show(yield* showContactInformation(request), fields)
      }).pipe(Effect.catchTags(ofContact))
    )
)

/** For whoever watches the server. */
export const health = HttpApiBuilder.group(CommunicationsApi, "health", (handlers) =>
  handlers
    .handle("live", () => Effect.succeed(answer({})))
    .handle("ready", () =>
      Effect.flatMap(Readiness, ({ check }) => Effect.as(check, answer({}))).pipe(Effect.catchTags(ofReadiness))
    )
)
