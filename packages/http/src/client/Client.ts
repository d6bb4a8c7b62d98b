/** A client of the API for programs without Effect: promises over `fetch`, in browsers as anywhere else. */
import type { Code } from "../Codes.ts"
import { healthPaths, nameOf, pathOf, verbOf } from "../Paths.ts"
import type { Methods } from "./ClientTypes.ts"
import { CommunicationsError } from "./CommunicationsError.ts"
import { queryOf } from "./Query.ts"
import { isFailure, isSuccess } from "./Received.ts"

export type { Code } from "../Codes.ts"
export { CommunicationsError } from "./CommunicationsError.ts"

/** Where the API is, and the token to send, which goes into a header and never into a URL. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token?: string
}

/** A client: the methods of all operations in their groups, and the health of the server. */
export interface Client extends Methods {
  readonly health: {
    /** Resolves while the process runs. */
    readonly live: () => Promise<object>
    /** Resolves while the database answers. */
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
      ? body.status
      : { code: "UNEXPECTED_ANSWER", description: "this is no answer of the API" }),
    status,
    requestId: headers.get("x-request-id"),
    retryAfter: retryAfter === null || Number.isNaN(Number(retryAfter)) ? null : Number(retryAfter)
  })
}

/** The names of methods: no language or tool asks an object for one of these by itself, except `then`. */
const isName = (name: PropertyKey): name is string =>
  typeof name === "string" && /^[a-z_]+$/.test(name) && name !== "then"

/**
 * The methods of a group, made as they are called: the path is the name of the group and of the method. What a program
 * sets, such as a double in a test, stays.
 */
function groupOf<G extends keyof Methods>(
  group: G,
  call: (name: string) => (request: object) => Promise<unknown>
): Methods[G]
function groupOf(group: string, call: (name: string) => (request: object) => Promise<unknown>): object {
  return new Proxy(
    {},
    {
      get: (own, method) => (method in own || !isName(method) ? Reflect.get(own, method) : call(nameOf(group, method)))
    }
  )
}

/** A client of the API at this URL. Its methods resolve to `data`, and reject with a `CommunicationsError`. */
export const createClient = ({ baseUrl, token }: ClientOptions): Client => {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }

  const exchange = async <Data>(verb: "GET" | "POST", path: string, request: object): Promise<Data> => {
    const url = `${baseUrl.replace(/\/+$/, "")}${path}`
    const headers = { ...authorization, "content-type": "application/json" }
    const sent =
      verb === "GET"
        ? fetch(`${url}${queryOf(request)}`, { method: verb, headers: authorization })
        : fetch(url, { method: verb, headers, body: JSON.stringify(request) })
    try {
      const response = await sent
      const body = parse(await response.text())
      if (isSuccess<Data>(body)) return body.data
      throw errorOf(response, body)
    } catch (cause) {
      if (cause instanceof CommunicationsError) throw cause
      const description = "no answer arrived; what was asked may have been done or not"
      throw new CommunicationsError({ code: "NETWORK", description, cause })
    }
  }

  const call =
    (name: string) =>
    (request: object = {}) =>
      exchange<unknown>(verbOf(name), pathOf(name), request)

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
