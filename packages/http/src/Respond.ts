/** The API as one total function from a request to its response. HTTP adapters only convert to and from its types. */
import {
  type Accounts,
  type Attempts,
  type Communications,
  type ContactInformations,
  type Operations,
  operations,
  Readiness,
  RequestId,
  type Returned,
  type Sessions,
  StorageUnavailable
} from "@communications/core"
import { Cause, Effect, Option, type Redacted, Result, type Schema } from "effect"
import { hasContent, largestBody, readBody } from "./Body.ts"
import { addressOf } from "./ClientAddress.ts"
import { type Code, type Failure, failure } from "./Codes.ts"
import { withCors } from "./Cors.ts"
import { documentRoute } from "./Documents.ts"
import { failed, requestId, succeeded } from "./Envelope.ts"
import { responseHeaders, writeHeaders } from "./Headers.ts"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"
import { makeIgnoredHeader } from "./IgnoredParameters.ts"
import { observe } from "./Observe.ts"
import { makeOptionsReader } from "./Options.ts"
import { documentPaths, healthPaths, pathOf, verbOf } from "./Paths.ts"
import { makeQueryReader } from "./Query.ts"
import { headersOf, type OperationError, refusalOf } from "./Refusals.ts"
import { delayRefusal } from "./RefusedTokens.ts"
import { logRequest, logThrottled, logUnavailable, type Served } from "./RequestLog.ts"
import { tokenOf } from "./Token.ts"

/** The ports that the API uses. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Readiness | Sessions

type ResponseEffect = Effect.Effect<HttpResponse, never, Ports>
/** `respond` turns the refusals, defects and interrupts of a route into responses. */
type RouteEffect = Effect.Effect<HttpResponse, OperationError, Ports>
type Route = (served: Served, query: string) => RouteEffect

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const refuse = (refusal: Failure<Code>, id: string): ResponseEffect =>
  Effect.succeed(failed(refusal, id, headersOf(refusal.status.code)))

const unavailable = new StorageUnavailable({
  operation: "respond",
  reason: "unreachable",
  cause: new Error("the work that the request waited for was interrupted")
})

/**
 * The response to a failed request. A refusal has its own code. A defect is `INTERNAL_ERROR`, and its cause is only logged.
 * If the cause contains only interrupts, the work that the request waited for was interrupted: the HTTP adapter's
 * interrupt of the request itself never reaches this function.
 */
const fromCause =
  (served: Served) =>
  (cause: Cause.Cause<OperationError>): ResponseEffect => {
    const { id } = served
    const error = Cause.hasInterruptsOnly(cause) ? Option.some(unavailable) : Cause.findErrorOption(cause)
    if (Option.isNone(error)) {
      return Effect.as(
        logRequest("Error", "Internal error", served, { status: 500, cause }),
        failed(failure("INTERNAL_ERROR", "the server has logged the error under the request id"), id)
      )
    }
    const refusal = refusalOf(error.value)
    const response = failed(refusal.failure, id, refusal.headers)
    return error.value instanceof StorageUnavailable
      ? Effect.as(logUnavailable(served, error.value), response)
      : Effect.succeed(response)
  }

const runOperation = (
  operation: Operations,
  token: Redacted.Redacted<string>,
  address: string | null,
  parameters: unknown,
  options: object | undefined
): Effect.Effect<Returned<Schema.Json, unknown>, OperationError, Ports> =>
  operation.user === "authenticated"
    ? operation.call({ token }, parameters, options, "HTTP")
    : operation.call({ token, address }, parameters, options, "HTTP")

const routeOf = (operation: Operations): Route => {
  const isRead = verbOf(operation.name) === "GET"
  const readQuery = makeQueryReader(operation.request)
  const readOptions = makeOptionsReader(operation.options)
  const ignoredHeader = makeIgnoredHeader(operation)
  return (served, query) => {
    const { request, id } = served
    const read: Result.Result<unknown, Failure<Code>> = isRead ? readQuery(query) : readBody(request)
    if (Result.isFailure(read)) return refuse(read.failure, id)
    const parameters = read.success
    const named = isObject(parameters) ? parameters : {}
    const parameter = operation.user === "anyone" ? null : (named.token ?? null)
    if (parameter !== null && typeof parameter !== "string") {
      return refuse(failure("INVALID_PARAMETERS", "token: expected a string or null"), id)
    }
    const token = tokenOf(request, parameter)
    const options = readOptions(request)
    if (Result.isFailure(options)) return refuse(options.failure, id)
    return Effect.flatMap(addressOf(request), (address) =>
      runOperation(operation, token, address, parameters, options.success).pipe(
        Effect.tapErrorTag("InvalidToken", () => delayRefusal(address))
      )
    ).pipe(
      Effect.tapErrorTag("TooManyAttempts", () => logThrottled(served, named)),
      Effect.provideService(RequestId, id),
      Effect.map(({ value, ...metadata }) =>
        succeeded(value, id, {
          ...writeHeaders(responseHeaders, metadata),
          ...ignoredHeader(parameters, query)
        })
      )
    )
  }
}

const live: Route = ({ id }) => Effect.succeed(succeeded({}, id))

const ready: Route = ({ id }) =>
  Effect.as(
    Effect.flatMap(Readiness, ({ check }) => check),
    succeeded({}, id)
  )

/** Redirects a person who opens the address of the server. The location is relative, for proxies that add a prefix. */
const root: Route = ({ id }) => {
  const { headers, ...rest } = succeeded({}, id)
  return Effect.succeed({ ...rest, status: 302, headers: { ...headers, location: documentPaths.page.slice(1) } })
}

const documents = () => import("./document/index.ts")
const document: Route = documentRoute("application/json", async () => (await documents()).documentText())
const page: Route = documentRoute("text/html; charset=utf-8", async () => (await documents()).page())

/** The routes by path and verb. */
const routes = new Map<string, ReadonlyMap<string, Route>>()
const add = (path: string, verb: "GET" | "POST", route: Route) =>
  routes.set(path, new Map([[verb, route], ...(verb === "GET" ? [["HEAD", route] as const] : [])]))

for (const operation of operations) add(pathOf(operation.name), verbOf(operation.name), routeOf(operation))
add(healthPaths.live, "GET", live)
add(healthPaths.ready, "GET", ready)
add("/", "GET", root)
add(documentPaths.document, "GET", document)
add(documentPaths.page, "GET", page)

/**
 * The path of the route that serves a request path, or `undefined`. Percent-encoded characters are decoded, except
 * reserved ones, and one trailing slash is ignored.
 */
const routePathOf = (path: string): string | undefined => {
  if (routes.has(path)) return path
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
  try {
    const decoded = decodeURI(trimmed)
    return routes.has(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

const pathsWithContent = new Set<string>(
  operations.filter(({ request }) => hasContent(request)).map(({ name }) => pathOf(name))
)

/** The maximum size of the body of a request to a URL, in bytes. `maxBody` is that of requests with content. */
export const bodyLimit = (url: string, maxBody: number): number => {
  const [path = ""] = url.split("?", 1)
  return pathsWithContent.has(routePathOf(path) ?? "") ? maxBody : largestBody
}

const dispatch = (served: Served, query: string): RouteEffect => {
  const { request, path, id } = served
  const byVerb = routes.get(routePathOf(path) ?? "")
  if (byVerb === undefined) return refuse(failure("NOT_FOUND", `${path} does not exist`), id)
  const route = byVerb.get(request.method)
  if (route !== undefined) return route(served, query)
  const allow = [...byVerb.keys()].join(", ")
  const refusal = failure("METHOD_NOT_ALLOWED", `${path} supports ${allow}, not ${request.method}`)
  return Effect.succeed(failed(refusal, id, { allow }))
}

/** Returns the response to a request. It never fails, and only the HTTP adapter can interrupt it. */
export const respond = (request: HttpRequest): Effect.Effect<HttpResponse, never, Ports> => {
  const id = requestId(request.headers["x-request-id"])
  const { url } = request
  const at = url.indexOf("?")
  const path = at < 0 ? url : url.slice(0, at)
  const served = { request, path, id, began: performance.now() }
  const response = Effect.suspend(() => dispatch(served, at < 0 ? "" : url.slice(at + 1)))
  const complete = withCors(request, id, Effect.catchCause(response, fromCause(served)))
  return observe(served, () => routePathOf(path), complete)
}
