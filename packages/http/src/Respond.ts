/** The API as one total function from a request to its response. HTTP adapters only convert to and from its types. */
import { operations, Readiness } from "@communications/core"
import { Effect } from "effect"
import { hasContent, largestBody } from "./Body.ts"
import { failure } from "./Codes.ts"
import { withCors } from "./Cors.ts"
import { document, page } from "./Documents.ts"
import { failed, requestId, succeeded } from "./Envelope.ts"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"
import { observe } from "./Observe.ts"
import { routeOf } from "./OperationRoute.ts"
import { documentPaths, healthPaths, pathOf, verbOf } from "./Paths.ts"
import type { Served } from "./RequestLog.ts"
import { fromCause, type Ports, type Route, type RouteEffect, refuse } from "./Route.ts"

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
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path
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
  const at = `${url}?`.indexOf("?")
  const path = url.slice(0, at)
  const served = { request, path, id, began: performance.now() }
  const response = Effect.suspend(() => dispatch(served, url.slice(at + 1)))
  const complete = withCors(request, id, Effect.catchCause(response, fromCause(served)))
  return observe(served, () => routePathOf(path), complete)
}
