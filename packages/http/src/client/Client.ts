/** A client of the API without Effect: promises over `fetch`, in browsers and elsewhere. */
import type { Code } from "../Codes.ts"
import { writeOptions } from "../Headers.ts"
import { healthPaths, nameOf, pathOf, verbOf } from "../Paths.ts"
import type { Methods } from "./ClientTypes.ts"
import { CommunicationsError } from "./CommunicationsError.ts"
import { readMetadata, remember } from "./Metadata.ts"
import { queryOf, urlOf } from "./Query.ts"
import { isFailure, isSuccess } from "./ResponseBody.ts"

export type { Code } from "../Codes.ts"
export type * from "./ClientTypes.ts"
export { CommunicationsError, type ErrorDetails } from "./CommunicationsError.ts"
export { metadataOf } from "./Metadata.ts"

/** Options of `createClient`. */
export interface ClientOptions {
  /** The URL of the server, before `/crmapi/rest/v2`: for example `https://crm.example`. */
  readonly baseUrl: string
  /** The token, which is sent in a header and never in a URL. */
  readonly token?: string
}

/** A client: a method for each operation, by group, and the health checks of the server. */
export interface Client extends Methods {
  readonly health: {
    /** Resolves while the process is running. */
    readonly live: () => Promise<object>
    /** Resolves while the database responds. */
    readonly ready: () => Promise<object>
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const errorOf = ({ status, headers }: Response, body: unknown): CommunicationsError => {
  const retryAfter = headers.get("retry-after")
  return new CommunicationsError({
    ...(isFailure<Code>(body)
      ? { ...body.status, details: body.details ?? null }
      : { code: "UNEXPECTED_RESPONSE", description: "the response is not from the API" }),
    status,
    requestId: headers.get("x-request-id"),
    retryAfter: retryAfter === null || Number.isNaN(Number(retryAfter)) ? null : Number(retryAfter)
  })
}

/** Whether a property may be a method. Tools and `await` also read properties: `then`, symbols, `toJSON`. */
const isMethodName = (name: PropertyKey): name is string =>
  typeof name === "string" && /^[a-z_]+$/.test(name) && name !== "then"

/**
 * The methods of a group. A proxy makes them on access, because the list of operations would bring Effect into
 * the client. A test may replace a method by assigning to it.
 */
function groupOf<G extends keyof Methods>(
  group: G,
  call: (name: string) => (request: object, options?: object) => Promise<unknown>
): Methods[G]
function groupOf(
  group: string,
  call: (name: string) => (request: object, options?: object) => Promise<unknown>
): object {
  return new Proxy(
    {},
    {
      get: (own, method) =>
        method in own || !isMethodName(method) ? Reflect.get(own, method) : call(nameOf(group, method))
    }
  )
}

/** Makes a client of the API at a URL. Its methods resolve to `data` or reject with a `CommunicationsError`. */
export const createClient = ({ baseUrl, token }: ClientOptions): Client => {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }

  const exchange = async <Data extends object>(
    verb: "GET" | "POST",
    path: string,
    request: object,
    options: object = {}
  ): Promise<Data> => {
    const url = urlOf(baseUrl, path)
    const headers = { ...authorization, ...writeOptions(options) }
    const sent =
      verb === "GET"
        ? fetch(`${url}${queryOf(request)}`, { method: verb, headers })
        : fetch(url, {
            method: verb,
            headers: { ...headers, "content-type": "application/json" },
            body: JSON.stringify(request)
          })
    try {
      const response = await sent
      const body = parse(await response.text())
      if (isSuccess<Data>(body)) {
        remember(
          body.data,
          readMetadata((name) => response.headers.get(name))
        )
        return body.data
      }
      throw errorOf(response, body)
    } catch (cause) {
      if (cause instanceof CommunicationsError) throw cause
      const description = "no response arrived; the server may have executed the request or not"
      throw new CommunicationsError({ code: "NETWORK", description, cause })
    }
  }

  const call =
    (name: string) =>
    (request: object = {}, options?: object) =>
      exchange(verbOf(name), pathOf(name), request, options)

  return {
    communications: groupOf("communications", call),
    contact_information: groupOf("contact_information", call),
    authentication: groupOf("authentication", call),
    health: {
      live: () => exchange("GET", healthPaths.live, {}),
      ready: () => exchange("GET", healthPaths.ready, {})
    }
  }
}
