/** What every request passes through, whatever it asks for: a request id, and an envelope for whatever goes wrong. */
import { RequestId } from "@communications/core"
import { Cause, Effect } from "effect"
import { FindMyWay, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApi } from "effect/http-api"
import { type Code, failure, statusOf } from "./Codes.ts"
import { CommunicationsApi } from "./CommunicationsApi.ts"
import { largestBody } from "./JsonBody.ts"
import { documentPaths } from "./OpenApiDocument.ts"
import { type Asked, pathOf } from "./Routes.ts"

const respond = (code: Code, description: string, headers: Record<string, string> = {}) =>
  HttpServerResponse.jsonUnsafe(failure(code, description), { status: statusOf(code), headers })

/** The Web Cryptography that every runtime of JavaScript has. */
declare const crypto: { readonly randomUUID: () => string }

/** The request id that the caller gave, if it is well-formed, else a new one. */
export const requestId = (given: unknown): string =>
  typeof given === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : crypto.randomUUID()

/** How URLs are matched: as they are documented, but for a slash at the end. */
export const routing = { caseSensitive: true, ignoreDuplicateSlashes: false }

/** The methods that each path offers. */
const methodsOf = new Map<string, ReadonlyArray<string>>(
  Object.values(documentPaths).map((path) => [path, ["GET", "HEAD"]])
)
HttpApi.reflect(CommunicationsApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint: { path, method } }) => {
    const methods = method === "GET" ? ["GET", "HEAD"] : [method]
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...methods])
  }
})

/** The methods that each URL offers, matched as the router does. */
const offered = FindMyWay.make<ReadonlyArray<string>>(routing)
for (const [path, methods] of methodsOf) offered.on("ANY", `/${path.slice(1)}`, methods)
const offeredAt = (url: string): ReadonlyArray<string> => offered.find("ANY", url)?.handler ?? []

const withoutRoute = (request: Asked) => {
  const path = pathOf(request.url)
  const methods = offeredAt(request.url)
  if (methods.length === 0) return respond("NOT_FOUND", `there is nothing at ${path}`)
  const allow = methods.join(", ")
  return respond("METHOD_NOT_ALLOWED", `${path} supports ${allow}, not ${request.method}`, { allow })
}

/** The answer to a request that no endpoint could answer for itself. */
const fromCause =
  (request: Asked) =>
  <E>(cause: Cause.Cause<E>): Effect.Effect<HttpServerResponse.HttpServerResponse, E> => {
    if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
    const error = Cause.squash(cause)
    const reason = HttpServerError.isHttpServerError(error) ? error.reason : undefined
    if (reason?._tag === "RouteNotFound") return Effect.succeed(withoutRoute(request))
    if (reason?._tag === "RequestParseError") {
      return Effect.succeed(
        reason.reason === "BodyTooLarge"
          ? respond("PAYLOAD_TOO_LARGE", `the body is larger than ${largestBody} bytes`, { connection: "close" })
          : respond("INVALID_PARAMETERS", "the body cannot be read")
      )
    }
    const answer = respond("INTERNAL_ERROR", "it was logged under the request id")
    return Effect.as(Effect.logError("A defect", cause), answer)
  }

/** Lets a request pass to what answers it. */
export const passed = <E, R>(
  request: Asked,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> => {
  const id = requestId(request.headers["x-request-id"])
  return app.pipe(
    Effect.catchCause(fromCause(request)),
    Effect.flatMap((response) =>
      Effect.as(
        Effect.logDebug("Request", { method: request.method, path: pathOf(request.url), status: response.status }),
        HttpServerResponse.setHeader(response, "x-request-id", id)
      )
    ),
    Effect.annotateLogs("request_id", id),
    Effect.provideService(RequestId, id)
  )
}

/** Wraps every route of the router it is provided to. */
export const layer = HttpRouter.middleware(
  (app) => Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => passed(request, app)),
  { global: true }
)
