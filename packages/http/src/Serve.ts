/** The API as it is served. */
import { ByteSize, Effect, Layer, SchemaIssue } from "effect"
import { HttpIncomingMessage, HttpRouter, UrlParams } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { CommunicationsApi, Shape } from "./CommunicationsApi.ts"
import { authentication, communications, contactInformation, health } from "./CommunicationsHttp.ts"
import { failure } from "./Failures.ts"
import * as Gateway from "./Gateway.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Says which parameter is wrong, and what it should be; never what it was, which may be a secret. */
const describe = (issue: SchemaIssue.Issue): string => {
  const [first] = format(issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
  return `${path.length === 0 ? "the request" : path.map(String).join(".")}: ${first?.message ?? "not as documented"}`
}

const shape = HttpApiMiddleware.layerSchemaErrorTransform(Shape, ({ kind, cause }) =>
  kind === "Body" || kind === "ResponseHeaders"
    ? Effect.die(cause)
    : Effect.fail(failure("INVALID_PARAMETERS", describe(cause.issue)))
)

/** The routes of the API, for any `HttpRouter`. */
export const layer = Layer.mergeAll(HttpApiBuilder.layer(CommunicationsApi), Gateway.layer).pipe(
  Layer.provide([authentication, communications, contactInformation, health]),
  Layer.provide(shape)
)

/** What holds for every request: bodies over 16 KiB are refused, and no span shows a token that came in a URL. */
const rules = Layer.mergeAll(
  Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.kibibytes(16)),
  Layer.succeed(UrlParams.CurrentRedactedNames, ["token"])
)

/** Serves the API on the `HttpServer` that is provided. */
export const serve = HttpRouter.serve(layer, {
  disableLogger: true,
  disableListenLog: true,
  routerConfig: Gateway.routing
}).pipe(Layer.provide(rules))
