/**
 * The endpoints of the definition, each with what answers it. `HttpApiBuilder` does the same for any definition; for ours,
 * whose answers and failures are JSON as they are, what it does for each request would cost as much as all the rest.
 */
import { Effect, Result, Schema, SchemaParser } from "effect"
import { type HttpRouter, type HttpServerRequest, HttpServerResponse, UrlParams } from "effect/http"
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

/** A request, as far as anything here looks at it. */
export type Asked = Pick<
  HttpServerRequest.HttpServerRequest,
  "method" | "url" | "headers" | "remoteAddress" | "arrayBuffer"
>

/** The path of a URL. */
export const pathOf = (url: string): string => url.split("?", 1)[0] ?? url

type Answered<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** What answers the requests to an endpoint. */
export interface Route<R> {
  readonly method: Endpoint["method"]
  readonly path: HttpRouter.PathInput
  readonly answer: (request: Asked) => Answered<never, R>
}

/** Serves an endpoint; it is refused with what it declares, and with nothing else. */
export const served = <E extends Endpoint, R>(
  { method, path }: E,
  handle: (request: Asked) => Answered<HttpApiEndpoint.Error<E>["Type"] & Refused, R>
): Route<R> => ({ method, path, answer: (request) => Effect.catch(handle(request), refuse) })

/** On every platform, though not in the language. */
declare const URLSearchParams: new (query: string) => Iterable<readonly [string, string]>

/** Makes a reader of queries of a shape. */
export const queryOf = <A, I>(schema: Schema.Codec<A, I>) => {
  const decode = SchemaParser.decodeUnknownResult(Schema.toCodecArrayFromSingle(schema))
  return ({ url }: Asked): Effect.Effect<A, Failure<"INVALID_PARAMETERS">> => {
    const query = new URLSearchParams(url.slice(pathOf(url).length))
    const decoded = decode(UrlParams.toRecord(UrlParams.fromInput(query)))
    return Effect.fromResult(Result.mapError(decoded, (issue) => failure("INVALID_PARAMETERS", describe(issue))))
  }
}
