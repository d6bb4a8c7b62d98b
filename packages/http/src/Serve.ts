/** The API as it is served. */
import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, UrlParams } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware, HttpApiSwagger } from "effect/http-api"
import { failure } from "./Codes.ts"
import { Shape } from "./CommunicationsApi.ts"
import { authentication, communications, contactInformation, health } from "./CommunicationsHttp.ts"
import * as Gateway from "./Gateway.ts"
import { DocumentedApi, documentPaths } from "./OpenApiDocument.ts"
import { describe } from "./Wording.ts"

const shape = HttpApiMiddleware.layerSchemaErrorTransform(Shape, ({ kind, cause }) =>
  kind === "Body" || kind === "ResponseHeaders"
    ? Effect.die(cause)
    : Effect.fail(failure("INVALID_PARAMETERS", describe(cause.issue)))
)

/** The routes of the API and of its documentation, for any `HttpRouter`. */
export const layer = Layer.mergeAll(
  HttpApiBuilder.layer(DocumentedApi, { openapiPath: documentPaths.document }),
  HttpApiSwagger.layer(DocumentedApi, { path: documentPaths.page }),
  Gateway.layer
).pipe(Layer.provide([authentication, communications, contactInformation, health]), Layer.provide(shape))

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
