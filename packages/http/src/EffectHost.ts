/** The HTTP adapter for Effect: as a whole `HttpServer`, or as a route of an `HttpRouter`. */
import "./sameEffect.ts"

import { ByteSize, Effect, Layer, Option } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServer,
  HttpServerRequest,
  HttpServerResponse,
  UrlParams
} from "effect/http"
import { MaxBody } from "./Body.ts"
import { bodyLimit, respond } from "./Respond.ts"

const handle = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { method, url, headers, remoteAddress } = request
  const largerThan = bodyLimit(url, yield* MaxBody)
  const body = yield* request.arrayBuffer.pipe(
    Effect.map((bytes) => new Uint8Array(bytes)),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(largerThan)),
    Effect.catch(() => Effect.succeed({ largerThan }))
  )
  const response = yield* respond({ method, url, headers, body, address: Option.getOrNull(remoteAddress) })
  const { body: content, code: _, ...options } = response
  if (content === null) return HttpServerResponse.empty(options)
  return typeof content === "string"
    ? HttpServerResponse.text(content, options)
    : HttpServerResponse.uint8Array(content, options)
})

/**
 * A catch-all route for an `HttpRouter`: the API responds to every request that no other route matches. The router
 * itself rejects paths that cannot be decoded.
 */
export const layer = HttpRouter.add("*", "/*", handle)

/** Serves only the API on the provided `HttpServer`. Its spans redact tokens in URLs. */
export const serve = HttpServer.serve(handle).pipe(
  Layer.provide(Layer.succeed(UrlParams.CurrentRedactedNames, ["token"]))
)
