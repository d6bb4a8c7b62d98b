/** Lets pages of other origins call the API from a browser (CORS). Source: the Fetch standard, 3.3. */
import { Context, Effect } from "effect"
import { succeeded } from "./Envelope.ts"
import { type Header, requestHeaders, responseHeaders } from "./Headers.ts"
import type { HttpRequest, HttpResponse } from "./HttpRequest.ts"

/**
 * The origins whose pages may call the API from a browser, such as `https://crm.example.com`, or `*` for all. None by
 * default. A page needs a token in any case: the API uses no cookies.
 */
export const AllowedOrigins = Context.Reference<ReadonlyArray<string>>("@communications/http/AllowedOrigins", {
  defaultValue: () => []
})

/** Lists the headers of operations and others, by name. */
const namesOf = (headers: Readonly<Record<string, Header>>, others: ReadonlyArray<string>): string =>
  [...Object.values(headers).map(({ header }) => header), ...others].sort().join(", ")

/** The headers of responses that scripts may read, beyond those that the standard allows. */
const exposed = namesOf(responseHeaders, ["Retry-After", "X-Ignored-Parameters", "X-Request-Id"])

const preflightHeaders = {
  "access-control-allow-methods": "GET, HEAD, POST",
  "access-control-allow-headers": namesOf(requestHeaders, ["Authorization", "Content-Type", "X-Request-Id"]),
  "access-control-max-age": "7200"
}

const isPreflight = ({ method, headers }: HttpRequest): boolean =>
  method === "OPTIONS" && headers["access-control-request-method"] !== undefined

/** Adds the CORS headers to the response. Responds to preflight requests of allowed origins, whatever their path. */
export const withCors = <R>(
  request: HttpRequest,
  id: string,
  response: Effect.Effect<HttpResponse, never, R>
): Effect.Effect<HttpResponse, never, R> =>
  Effect.withFiber((fiber) => {
    const allowed = fiber.getRef(AllowedOrigins)
    if (allowed.length === 0) return response
    const { origin } = request.headers
    const all = allowed.includes("*")
    // Without `Vary`, `*` belongs to responses to every request, because a cache may have them for another one.
    const isAllowed = all || allowed.some((one) => one === origin)
    const allow = {
      "access-control-allow-origin": all ? "*" : String(origin),
      "access-control-expose-headers": exposed
    }
    const preflight = isAllowed && isPreflight(request)
    return Effect.map(preflight ? Effect.succeed(succeeded({}, id)) : response, ({ headers, ...others }) => {
      const vary = [headers.vary, all ? undefined : "origin"].filter((name) => name !== undefined).join(", ")
      return {
        ...others,
        headers: {
          ...headers,
          ...(isAllowed ? allow : {}),
          ...(preflight ? preflightHeaders : {}),
          ...(vary === "" ? {} : { vary })
        }
      }
    })
  })
