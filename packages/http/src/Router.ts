/** The API for Effect's HTTP servers: alone, or as a route of an `HttpRouter`. */
import { ByteSize, Effect, Layer, Option } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServer,
  HttpServerRequest,
  HttpServerResponse,
  UrlParams
} from "effect/http"
import { answer } from "./Answer.ts"
import { largestBody } from "./Body.ts"

const handle = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = yield* request.arrayBuffer.pipe(
    Effect.map((bytes) => new Uint8Array(bytes)),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(largestBody)),
    Effect.catch(() => Effect.succeed(undefined))
  )
  const { method, url, headers, remoteAddress } = request
  const response = yield* answer({ method, url, headers, body, address: Option.getOrNull(remoteAddress) })
  return HttpServerResponse.text(response.body, { status: response.status, headers: response.headers })
})

/** Answers every request that no other route of the router takes; the router itself refuses paths that cannot be decoded. */
export const layer = HttpRouter.add("*", "/*", handle)

/** Serves the API alone on the `HttpServer` that is provided; no span of it shows a token that came in a URL. */
export const serve = HttpServer.serve(handle).pipe(
  Layer.provide(Layer.succeed(UrlParams.CurrentRedactedNames, ["token"]))
)
