/** The API as one total function from a request to its response. Everything that serves it is a thin host of this function. */
import {
  type Accounts,
  type Attempts,
  type Communications,
  type ContactInformations,
  type Operations,
  operations,
  Readiness,
  RequestId,
  type Sessions,
  StorageUnavailable
} from "@communications/core"
import { Cause, Effect, Option, Redacted, Result, type Schema } from "effect"
import { readBody } from "./Body.ts"
import { addressOf } from "./ClientAddress.ts"
import { type Code, type Failure, failure } from "./Codes.ts"
import { failed, requestId, succeeded } from "./Envelope.ts"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"
import { observed } from "./Observed.ts"
import { documentPaths, healthPaths, pathOf, verbOf } from "./Paths.ts"
import { queryReader } from "./Query.ts"
import { headersOf, type OperationError, refusalOf } from "./Refusals.ts"

/** The ports behind the API. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Readiness | Sessions

type Answered = Effect.Effect<HttpResponse, never, Ports>
/** An expected failure, a defect and a foreign interruption of a route become responses in `answer`. */
type Routed = Effect.Effect<HttpResponse, OperationError, Ports>
type Route = (request: HttpRequest, query: string, id: string) => Routed

/** The bearer token of a header; `undefined` without one. */
const bearerOf = ({ headers: { authorization } }: HttpRequest): string | undefined =>
  authorization === undefined ? undefined : /^Bearer +(.*)$/i.exec(authorization)?.[1]

/** The token of a request: the parameter or the header. Without any, or with two that differ, it belongs to no session. */
const tokenOf = (request: HttpRequest, parameter: string | null | undefined): Redacted.Redacted<string> => {
  const bearer = bearerOf(request)
  const token = parameter ?? bearer
  return Redacted.make(token === undefined || (bearer !== undefined && bearer !== token) ? "" : token)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const refuse = (refused: Failure<Code>, id: string): Answered =>
  Effect.succeed(failed(refused, id, headersOf(refused.status.code)))

const unavailable = new StorageUnavailable({
  operation: "answer",
  reason: "unreachable",
  cause: new Error("what the request waited for was interrupted")
})

/**
 * The response to a failure: an expected one by its code, a defect as `INTERNAL_ERROR`, whose cause is only logged. An
 * interrupted request does not come here: a cause of interruptions alone is of something that the request waited for.
 */
const fromCause =
  (id: string) =>
  (cause: Cause.Cause<OperationError>): Answered => {
    const error = Cause.hasInterruptsOnly(cause) ? Option.some(unavailable) : Cause.findErrorOption(cause)
    if (Option.isNone(error)) {
      return Effect.as(
        Effect.annotateLogs(Effect.logError("A defect", cause), "request_id", id),
        failed(failure("INTERNAL_ERROR", "it was logged under the request id"), id)
      )
    }
    const refusal = refusalOf(error.value)
    const response = failed(refusal.failure, id, refusal.headers)
    return error.value instanceof StorageUnavailable
      ? Effect.as(
          Effect.annotateLogs(Effect.logWarning("Storage unavailable", error.value), "request_id", id),
          response
        )
      : Effect.succeed(response)
  }

const asking = (
  operation: Operations,
  token: Redacted.Redacted<string>,
  address: string | null,
  given: unknown
): Effect.Effect<Schema.Json, OperationError, Ports> =>
  operation.user === "authenticated" ? operation.call({ token }, given) : operation.call({ token, address }, given)

/** The route of an operation. */
const routeOf = (operation: Operations): Route => {
  const isRead = verbOf(operation.name) === "GET"
  const readQuery = queryReader(operation.request)
  return (request, query, id) => {
    const read: Result.Result<unknown, Failure<Code>> = isRead ? readQuery(query) : readBody(request)
    if (Result.isFailure(read)) return refuse(read.failure, id)
    const given = read.success
    const parameter = isObject(given) && operation.user !== "anyone" ? (given.token ?? null) : null
    if (parameter !== null && typeof parameter !== "string") {
      return refuse(failure("INVALID_PARAMETERS", "token: expected a string or null"), id)
    }
    const token = tokenOf(request, parameter)
    return Effect.flatMap(addressOf(request), (address) => asking(operation, token, address, given)).pipe(
      Effect.provideService(RequestId, id),
      Effect.map((data) => succeeded(data, id))
    )
  }
}

const live: Route = (_, __, id) => Effect.succeed(succeeded({}, id))

const ready: Route = (_, __, id) =>
  Effect.as(
    Effect.flatMap(Readiness, ({ check }) => check),
    succeeded({}, id)
  )

/** The documents are made when they are first requested: most servers are never asked for them. */
const documentRoute =
  (type: string, made: (module: typeof import("./document/index.ts")) => Promise<string>): Route =>
  (_, __, id) =>
    Effect.promise(async () => made(await import("./document/index.ts"))).pipe(
      Effect.map((body) => ({ status: 200, headers: { "content-type": type, "x-request-id": id }, body }))
    )

/** The routes by path and verb. */
const routes = new Map<string, ReadonlyMap<string, Route>>()
const add = (path: string, verb: "GET" | "POST", route: Route) =>
  routes.set(path, new Map([[verb, route], ...(verb === "GET" ? [["HEAD", route] as const] : [])]))

for (const operation of operations) add(pathOf(operation.name), verbOf(operation.name), routeOf(operation))
add(healthPaths.live, "GET", live)
add(healthPaths.ready, "GET", ready)
add(
  documentPaths.document,
  "GET",
  documentRoute("application/json", ({ documentText }) => documentText())
)
add(
  documentPaths.page,
  "GET",
  documentRoute("text/html; charset=utf-8", ({ page }) => page())
)

/** The route that a path names, decoded but for reserved characters, without a slash at its end; `undefined` for none. */
const routeAt = (path: string): string | undefined => {
  if (routes.has(path)) return path
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
  try {
    const decoded = decodeURI(trimmed)
    return routes.has(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

const dispatch = (request: HttpRequest, path: string, query: string, id: string): Routed => {
  const byVerb = routes.get(routeAt(path) ?? "")
  if (byVerb === undefined) return refuse(failure("NOT_FOUND", `there is nothing at ${path}`), id)
  const route = byVerb.get(request.method)
  if (route !== undefined) return route(request, query, id)
  const allow = [...byVerb.keys()].join(", ")
  const refused = failure("METHOD_NOT_ALLOWED", `${path} supports ${allow}, not ${request.method}`)
  return Effect.succeed(failed(refused, id, { allow }))
}

/** Answers a request. It never fails; it is interrupted where the host interrupts it. */
export const answer = (request: HttpRequest): Answered => {
  const id = requestId(request.headers["x-request-id"])
  const { url } = request
  const at = url.indexOf("?")
  const path = at < 0 ? url : url.slice(0, at)
  const answered = Effect.suspend(() => dispatch(request, path, at < 0 ? "" : url.slice(at + 1), id))
  return observed(request, path, () => routeAt(path), id, Effect.catchCause(answered, fromCause(id)))
}
