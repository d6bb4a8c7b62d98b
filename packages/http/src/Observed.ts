/** The span and the log line of a request. */
import { Context, Effect, LogLevel, Option, References, Tracer } from "effect"
import { fromInput } from "effect/http/Headers"
import { fromHeaders } from "effect/http/HttpTraceContext"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"

const methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]

/** A method as traces name it: as OpenTelemetry has it, so that callers cannot make up names of spans. */
const methodOf = ({ method }: HttpRequest) => (methods.includes(method) ? method : "_OTHER")

/** The span that the client sent along; a span that the host has begun already comes before it. */
const parentOf = ({ headers }: HttpRequest, context: Context.Context<never>): Tracer.AnySpan | undefined =>
  Option.isSome(Context.getOption(context, Tracer.ParentSpan))
    ? undefined
    : Option.getOrUndefined(fromHeaders(fromInput(headers)))

const traced = <R>(
  request: HttpRequest,
  path: string,
  route: string | undefined,
  id: string,
  parent: Tracer.AnySpan | undefined,
  answered: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> => {
  const method = methodOf(request)
  const attributes = {
    "http.request.method": method,
    "url.path": path,
    ...(route === undefined ? {} : { "http.route": route })
  }
  return answered.pipe(
    Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
    Effect.withSpan(route === undefined ? method : `${method} ${route}`, {
      ...{ kind: "server", attributes },
      ...(parent === undefined ? {} : { parent })
    }),
    Effect.tap(({ status }) => Effect.logDebug("Request", { method, path, status })),
    Effect.annotateLogs("request_id", id)
  )
}

/** Traces and logs a request; its `route` is the path of an operation or a document, if there is one. */
export const observed = <R>(
  request: HttpRequest,
  path: string,
  route: () => string | undefined,
  id: string,
  answered: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> =>
  // Spans and log lines that nobody receives would cost as much as the rest of the request.
  Effect.withFiber((fiber) =>
    fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer &&
    LogLevel.isGreaterThan(fiber.getRef(References.MinimumLogLevel), "Debug")
      ? answered
      : traced(request, path, route(), id, parentOf(request, fiber.context), answered)
  )
