/** The implementation of the API: a handler hands its request to a use case, and the outcome back. */
import {
  type AmbiguousIdentifier,
  type CommunicationNotFound,
  completeCommunication,
  type NotDraft,
  parseFieldsSet,
  project,
  Readiness,
  type StorageUnavailable,
  toData,
  type UnknownFields
} from "@communications/core"
import { ByteSize, Effect, Layer, Redacted, SchemaIssue } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, UrlParams } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { answer } from "./Answers.ts"
import { CommunicationsApi, Shape } from "./CommunicationsApi.ts"
import { failure } from "./Failures.ts"
import * as Gateway from "./Gateway.ts"

/** The failures of use cases, as the API tells them. */
const refusals = {
  UnknownFields: ({ message }: UnknownFields) => Effect.fail(failure("INVALID_PARAMETERS", `fields_set: ${message}`)),
  InvalidToken: () => Effect.fail(failure("INVALID_TOKEN", "log in, and send the token that you are given")),
  AmbiguousIdentifier: ({ message }: AmbiguousIdentifier) => Effect.fail(failure("AMBIGUOUS_IDENTIFIER", message)),
  CommunicationNotFound: ({ message }: CommunicationNotFound) =>
    Effect.fail(failure("COMMUNICATION_NOT_FOUND", message)),
  NotDraft: ({ message }: NotDraft) => Effect.fail(failure("NOT_DRAFT", message)),
  StorageUnavailable: (error: StorageUnavailable) =>
    Effect.andThen(
      Effect.logWarning("Storage unavailable", error),
      Effect.fail(failure("UNAVAILABLE", "try again soon"))
    )
}

interface Credentials {
  readonly headers: { readonly authorization?: string }
  readonly payload: { readonly token?: string | null }
}

/** The token of a request, from its body or its header. Where there is none, or two that differ, it fits no session. */
const tokenOf = ({ headers, payload }: Credentials): Redacted.Redacted<string> => {
  const bearer = /^Bearer +(.*)$/i.exec(headers.authorization ?? "")?.[1]
  const token = payload.token ?? bearer
  return Redacted.make(token === undefined || (bearer !== undefined && bearer !== token) ? "" : token)
}

const communications = HttpApiBuilder.group(CommunicationsApi, "communications", (handlers) =>
  handlers.handle("complete", ({ headers, payload }) =>
    Effect.gen(function* () {
      const fields = yield* Effect.fromResult(parseFieldsSet(payload.fields_set))
      const token = tokenOf({ headers, payload })
      const completed = yield* completeCommunication({ token, identifier: payload.communication_identifier })
      return HttpServerResponse.jsonUnsafe(answer(project(toData(completed), fields)))
    }).pipe(Effect.catchTags(refusals))
  )
)

const health = HttpApiBuilder.group(CommunicationsApi, "health", (handlers) =>
  handlers
    .handle("live", () => Effect.succeed(answer({})))
    .handle("ready", () =>
      Effect.flatMap(Readiness, ({ check }) => Effect.as(check, answer({}))).pipe(
        Effect.catchTags({ StorageUnavailable: refusals.StorageUnavailable })
      )
    )
)

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Says which parameter is wrong, and what it should be; never what it was, which may be a secret. */
const describe = (issue: SchemaIssue.Issue): string => {
  const [first] = format(issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
  return `${path.length === 0 ? "the body" : path.map(String).join(".")}: ${first?.message ?? "not as documented"}`
}

const shape = HttpApiMiddleware.layerSchemaErrorTransform(Shape, ({ kind, cause }) =>
  kind === "Body" || kind === "ResponseHeaders"
    ? Effect.die(cause)
    : Effect.fail(failure("INVALID_PARAMETERS", describe(cause.issue)))
)

/** The routes of the API, for any `HttpRouter`. */
export const layer = Layer.mergeAll(HttpApiBuilder.layer(CommunicationsApi), Gateway.layer).pipe(
  Layer.provide(communications),
  Layer.provide(health),
  Layer.provide(shape)
)

/** What holds for every request: bodies over 16 KiB are refused, and no span shows a token that came in a URL. */
const rules = Layer.mergeAll(
  Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.kibibytes(16)),
  Layer.succeed(UrlParams.CurrentRedactedNames, ["token"])
)

/** Serves the API on the `HttpServer` that is provided. */
export const serve = HttpRouter.serve(layer, { disableLogger: true, disableListenLog: true }).pipe(Layer.provide(rules))
