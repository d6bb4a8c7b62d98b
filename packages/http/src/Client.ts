/** A client of the API for programs without Effect: promises over `fetch`, in browsers as anywhere else. */
import type { At, Client, Endpoint, Method } from "./ClientTypes.ts"
import { type Code, isCode } from "./Codes.ts"
import { CommunicationsError } from "./CommunicationsError.ts"

export type { Client } from "./ClientTypes.ts"
export type { Code } from "./Codes.ts"
export { CommunicationsError } from "./CommunicationsError.ts"

interface Response {
  readonly status: number
  readonly headers: { readonly get: (name: string) => string | null }
  readonly text: () => Promise<string>
}

declare const fetch: (
  url: string,
  init: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string }
) => Promise<Response>

/** Where the API is, and the token to send, which goes into a header and never into a URL. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token?: string
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** A parameter as a query has it: an identifier as `key=value` (as nothing where it names nothing), several values one by one. */
const texts = (value: unknown): ReadonlyArray<string> => {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap(texts)
  if (!isObject(value)) return [String(value)]
  const parts = Object.entries(value).flatMap(([key, inner]) => texts(inner).map((text) => `${key}=${text}`))
  return parts.length === 0 ? [""] : parts
}

const queryOf = (request: object): string => {
  const pairs = Object.entries(request).flatMap(([name, value]) =>
    texts(value).map((text) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
  )
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What answers with the code OK carry is what the definition says of them. */
const isAnswer = <Data>(body: unknown): body is { readonly data: Data } =>
  isObject(body) && isObject(body.status) && body.status.code === "OK" && "data" in body

const failureIn = (body: unknown): { readonly code: Code; readonly description: string } | undefined => {
  if (!isObject(body) || !isObject(body.status)) return undefined
  const { code, description } = body.status
  return typeof code === "string" && isCode(code) ? { code, description: String(description) } : undefined
}

const errorOf = ({ status, headers }: Response, body: unknown): CommunicationsError => {
  const retryAfter = headers.get("retry-after")
  return new CommunicationsError({
    ...(failureIn(body) ?? { code: "UNEXPECTED_ANSWER", description: "this is no answer of the API" }),
    status,
    requestId: headers.get("x-request-id"),
    retryAfter: retryAfter === null || Number.isNaN(Number(retryAfter)) ? null : Number(retryAfter)
  })
}

/** A client of the API at this URL. Its methods resolve to `data`, and reject with a `CommunicationsError`. */
export const createClient = ({ baseUrl, token }: ClientOptions): Client => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }

  const exchange = async (method: string, path: string, request: object) => {
    const url = `${baseUrl.replace(/\/+$/, "")}${path}`
    const type = { ...authorization, "content-type": "application/json" }
    try {
      const response =
        method === "GET"
          ? await fetch(`${url}${queryOf(request)}`, { method, headers: authorization })
          : await fetch(url, { method, headers: type, body: JSON.stringify(request) })
      return { response, body: parse(await response.text()) }
    } catch (cause) {
      const description = "no answer arrived; what was asked may have been done or not"
      throw new CommunicationsError({ code: "NETWORK", description, cause })
    }
  }

  const at = <Path extends Endpoint["path"]>(method: At<Path>["method"], path: Path): Method<At<Path>> => {
    const call = async <Data>(request: object = {}): Promise<Data> => {
      const { response, body } = await exchange(method, path, request)
      if (isAnswer<Data>(body)) return body.data
      throw errorOf(response, body)
    }
    return call
  }

  return {
    communications: {
      complete: at("POST", "/crmapi/rest/v2/communications/complete"),
      create: at("POST", "/crmapi/rest/v2/communications/create"),
      show: at("GET", "/crmapi/rest/v2/communications/show"),
      list: at("GET", "/crmapi/rest/v2/communications/list"),
      view: at("POST", "/crmapi/rest/v2/communications/view")
    },
    contact_information: {
      create: at("POST", "/crmapi/rest/v2/contact_information/create"),
      show: at("GET", "/crmapi/rest/v2/contact_information/show")
    },
    authentication: {
      token: at("POST", "/crmapi/rest/v2/authentication/token"),
      release: at("POST", "/crmapi/rest/v2/authentication/token/release")
    },
    health: {
      live: at("GET", "/health/live"),
      ready: at("GET", "/health/ready")
    }
  }
}
