/** Traces, logs and measures requests: all of it follows from the request and its response. */
import { isTracerInstalled, MetricsEnabled } from "@communications/core"
import { Context, Effect, LogLevel, Option, References, Tracer } from "effect"
import { fromInput } from "effect/http/Headers"
import { fromHeaders } from "effect/http/HttpTraceContext"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"
import { nameAt } from "./Paths.ts"
import { logRequest, type Served } from "./RequestLog.ts"
import { requestMetrics } from "./RequestMetrics.ts"

const methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]

/** The method in the name of a span: OpenTelemetry's `_OTHER` for unknown methods, so that clients cannot invent span names. */
const methodOf = ({ method }: HttpRequest) => (methods.includes(method) ? method : "_OTHER")

/** The parent span in the client's headers, unless the server has already started a span. */
const parentOf = ({ headers }: HttpRequest, context: Context.Context<never>): Tracer.AnySpan | undefined =>
  Option.isSome(Context.getOption(context, Tracer.ParentSpan))
    ? undefined
    : Option.getOrUndefined(fromHeaders(fromInput(headers)))

/** A response that reports a fault of the server. Only such responses end a span with an error. */
class ServerError extends Error {
  override readonly name = "ServerError"
  readonly response: HttpResponse
  constructor(response: HttpResponse) {
    super(response.code)
    this.response = response
  }
}

const traced = <R>(
  { request, path }: Served,
  route: string | undefined,
  parent: Tracer.AnySpan | undefined,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> => {
  const method = methodOf(request)
  const attributes = {
    "http.request.method": method,
    // A path without a route may contain anything, such as a token.
    ...(route === undefined ? {} : { "url.path": path, "http.route": route })
  }
  return response.pipe(
    Effect.tap(({ status, code }) =>
      Effect.annotateCurrentSpan({
        "http.response.status_code": status,
        ...(code === "OK" ? {} : { "error.type": code })
      })
    ),
    Effect.flatMap((made) => (made.status < 500 ? Effect.succeed(made) : Effect.fail(new ServerError(made)))),
    Effect.withSpan(
      route === undefined ? method : `${method} ${route}`,
      { kind: "server", attributes, parent },
      { captureStackTrace: false }
    ),
    Effect.catch((error) => Effect.succeed(error.response))
  )
}

const logged = <R>(
  served: Served,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> => {
  const named = `${served.request.method} ${served.path}`
  return response.pipe(
    Effect.tap(({ status }) => logRequest("Debug", `${named} returned ${status}`, served, { status })),
    Effect.onInterrupt(() =>
      logRequest("Debug", `${named} was interrupted: its client disconnected, or the API is shutting down`, served)
    )
  )
}

const measured = <R>(
  { began }: Served,
  route: string | undefined,
  context: Context.Context<never>,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> =>
  Effect.map(response, (made) => {
    const { code } = made
    const seconds = (performance.now() - began) / 1_000
    const operation = route === undefined ? "none" : nameAt(route)
    requestMetrics.duration.with({ operation, code }).updateUnsafe(seconds, context)
    if (code !== "OK") requestMetrics.refusals.with({ code }).updateUnsafe(1, context)
    return made
  })

/** Traces, logs and measures a request, whatever is on. `routeOf` finds the path of the operation or document that serves it. */
export const observe = <R>(
  served: Served,
  routeOf: () => string | undefined,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> =>
  // An unused span, log line or measurement would cost as much as the rest of the request (decision 14).
  Effect.withFiber((fiber) => {
    const isTraced = isTracerInstalled(fiber.getRef(Tracer.Tracer))
    const isLogged = LogLevel.isLessThanOrEqualTo(fiber.getRef(References.MinimumLogLevel), "Debug")
    const isMeasured = fiber.getRef(MetricsEnabled)
    if (!(isTraced || isLogged || isMeasured)) return response
    const { context } = fiber
    const route = routeOf()
    let observed = response
    // Inside the span, so that the line has the id of the trace.
    if (isLogged) observed = logged(served, observed)
    if (isTraced) observed = traced(served, route, parentOf(served.request, context), observed)
    if (isTraced || isLogged) observed = Effect.annotateLogs(observed, "request_id", served.id)
    return isMeasured ? measured(served, route, context, observed) : observed
  })
