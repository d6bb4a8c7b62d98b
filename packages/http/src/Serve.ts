/** The API as it is served. */
import { ByteSize, type Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, UrlParams } from "effect/http"
import { HttpApiSwagger } from "effect/http-api"
import * as CommunicationsHttp from "./CommunicationsHttp.ts"
import * as Gateway from "./Gateway.ts"
import { DocumentedApi, document, documentPaths } from "./OpenApiDocument.ts"
import { type Asked, pathOf } from "./Routes.ts"

/** The routes of the API and of its documentation, for any `HttpRouter`. */
export const layer = Layer.mergeAll(
  HttpRouter.addAll(
    CommunicationsHttp.routes.map(({ method, path, answer }) => HttpRouter.route(method, path, answer))
  ),
  HttpRouter.add("GET", documentPaths.document, HttpServerResponse.jsonUnsafe(document)),
  HttpApiSwagger.layer(DocumentedApi, { path: documentPaths.page }),
  Gateway.layer
)

type Answer = (request: Asked) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, CommunicationsHttp.Ports>

const answers = new Map(
  CommunicationsHttp.routes.map(({ method, path, answer }): [string, Answer] => [
    `${method} ${path}`,
    (request) => Gateway.passed(request, answer(request))
  ])
)

/** What answers such a request as `serve` would, for whoever reads requests and writes answers without Effect; none where no method is there. */
export const answerTo = (method: string, url: string): Answer | undefined => answers.get(`${method} ${pathOf(url)}`)

/** The largest body that is read, in bytes. */
export const largestBody = 16_384

/** What holds for every request: bodies over 16 KiB are refused, and no span shows a token that came in a URL. */
const rules = Layer.mergeAll(
  Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(largestBody)),
  Layer.succeed(UrlParams.CurrentRedactedNames, ["token"])
)

/** Serves the API on the `HttpServer` that is provided. */
export const serve = HttpRouter.serve(layer, {
  disableLogger: true,
  disableListenLog: true,
  routerConfig: Gateway.routing
}).pipe(Layer.provide(rules))
