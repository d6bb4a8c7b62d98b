/** The API as it is served. */
import { ByteSize, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, UrlParams } from "effect/http"
import { HttpApiSwagger } from "effect/http-api"
import * as CommunicationsHttp from "./CommunicationsHttp.ts"
import * as Gateway from "./Gateway.ts"
import { largestBody } from "./JsonBody.ts"
import { DocumentedApi, document, documentPaths } from "./OpenApiDocument.ts"
import { pathOf, type Route } from "./Routes.ts"

/** The routes of the API and of its documentation, for any `HttpRouter`. */
export const layer = Layer.mergeAll(
  HttpRouter.addAll(
    CommunicationsHttp.routes.map(({ method, path, answer }) => HttpRouter.route(method, path, answer))
  ),
  HttpRouter.add("GET", documentPaths.document, HttpServerResponse.jsonUnsafe(document)),
  HttpApiSwagger.layer(DocumentedApi, { path: documentPaths.page }),
  Gateway.layer
)

type Answer = Route<CommunicationsHttp.Ports>["answer"]

const answers = new Map(
  CommunicationsHttp.routes.map(({ method, path, answer }): [string, Answer] => [
    `${method} ${path}`,
    (request) => Gateway.passed(request, answer(request))
  ])
)

/** What answers such a request as `serve` would, for whoever reads requests without Effect; nothing where no method is. */
export const answerTo = (method: string, url: string): Answer | undefined => answers.get(`${method} ${pathOf(url)}`)

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
