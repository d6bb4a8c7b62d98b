/**
 * Puts the endpoints of the definition on a router. `HttpApiBuilder` does the same for any definition; for ours, whose
 * answers and failures are JSON as they are, what it does for each request would cost as much as all the rest.
 */
import { Effect, Result, Schema, SchemaParser } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { type Code, type Failure, failure, statusOf } from "./Codes.ts"
import { challenge, later } from "./Failures.ts"
import { describe } from "./Wording.ts"

interface Endpoint extends HttpApiEndpoint.Constraint {
  readonly method: "GET" | "POST"
  readonly path: HttpRouter.PathInput
}

/** Whatever a request may be refused with. */
type Refused = Failure<Code> & { readonly retry_after?: number }

const headersOf = ({ status: { code }, retry_after }: Refused): Readonly<Record<string, string>> => {
  if (code === "INVALID_TOKEN") return challenge
  if (code === "UNAVAILABLE") return later
  return retry_after === undefined ? {} : { "retry-after": String(retry_after) }
}

const refuse = (refused: Refused): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { status, data } = refused
  const head = { status: statusOf(status.code), headers: headersOf(refused) }
  return Effect.succeed(HttpServerResponse.jsonUnsafe({ status, data }, head))
}

/** Serves an endpoint; it is refused with what it declares, and with nothing else. */
export const served = <E extends Endpoint, R>(
  { method, path }: E,
  handle: (
    request: HttpServerRequest.HttpServerRequest
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, HttpApiEndpoint.Error<E>["Type"] & Refused, R>
) => HttpRouter.add(method, path, (request) => Effect.catch(handle(request), refuse))

/** Makes a reader of queries of a shape. */
export const queryOf = <A, I>(
  schema: Schema.Codec<A, I>
): Effect.Effect<A, Failure<"INVALID_PARAMETERS">, HttpServerRequest.ParsedSearchParams> => {
  const decode = SchemaParser.decodeUnknownResult(Schema.toCodecArrayFromSingle(schema))
  return Effect.flatMap(HttpServerRequest.ParsedSearchParams, (parameters) =>
    Effect.fromResult(Result.mapError(decode(parameters), (issue) => failure("INVALID_PARAMETERS", describe(issue))))
  )
}
