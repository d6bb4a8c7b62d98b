/** Traces and logs requests. */
import { Context, Effect, LogLevel, Option, References, Tracer } from "effect"
import { fromInput } from "effect/http/Headers"
import { fromHeaders } from "effect/http/HttpTraceContext"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"
import { logRequest, type Served } from "./RequestLog.ts"

const methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]

/** The method in the name of a span: OpenTelemetry's `_OTHER` for unknown methods, so that clients cannot invent span names. */
const methodOf = ({ method }: HttpRequest) => (methods.includes(method) ? method : "_OTHER")

/** The parent span in the client's headers, unless the server has already started a span. */
const parentOf = ({ headers }: HttpRequest, context: Context.Context<never>): Tracer.AnySpan | undefined =>
  Option.isSome(Context.getOption(context, Tracer.ParentSpan))
    ? undefined
    : Option.getOrUndefined(fromHeaders(fromInput(headers)))

const trace = <R>(
  served: Served,
  route: string | undefined,
  parent: Tracer.AnySpan | undefined,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> => {
  const { request, path, id } = served
  const method = methodOf(request)
  const attributes = {
    "http.request.method": method,
    "url.path": path,
    ...(route === undefined ? {} : { "http.route": route })
  }
  const named = `${request.method} ${path}`
  return response.pipe(
    Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
    Effect.withSpan(route === undefined ? method : `${method} ${route}`, {
      ...{ kind: "server", attributes },
      ...(parent === undefined ? {} : { parent })
    }),
    Effect.tap(({ status }) => logRequest("Debug", `${named} returned ${status}`, served, { status })),
    Effect.onInterrupt(() =>
      logRequest("Debug", `${named} was interrupted: its client disconnected, or the API is shutting down`, served)
    ),
    Effect.annotateLogs("request_id", id)
  )
}

/** Traces and logs a request. `route` is the path of the operation or document that serves it, if any. */
export const observe = <R>(
  served: Served,
  route: () => string | undefined,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> =>
  // An unused span and log line would cost as much as the rest of the request (decision 14).
  Effect.withFiber((fiber) =>
    fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer &&
    LogLevel.isGreaterThan(fiber.getRef(References.MinimumLogLevel), "Debug")
      ? response
      : trace(served, route(), parentOf(served.request, fiber.context), response)
  )
