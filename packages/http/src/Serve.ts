/** The API as it is served. */
import { ByteSize, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, UrlParams } from "effect/http"
import { HttpApiSwagger } from "effect/http-api"
import * as CommunicationsHttp from "./CommunicationsHttp.ts"
import * as Gateway from "./Gateway.ts"
import { DocumentedApi, document, documentPaths } from "./OpenApiDocument.ts"

/** The routes of the API and of its documentation, for any `HttpRouter`. */
export const layer = Layer.mergeAll(
  CommunicationsHttp.layer,
  HttpRouter.add("GET", documentPaths.document, HttpServerResponse.jsonUnsafe(document)),
  HttpApiSwagger.layer(DocumentedApi, { path: documentPaths.page }),
  Gateway.layer
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
