import { Accounts, Name } from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { assert } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Api, Memory, type Received, send } from "./Client.ts"

/** The API, on ports in memory. */
export const ApiInMemory = Layer.provideMerge(Api, Memory)

const base = "/crmapi/rest/v2"

type Headers = Readonly<Record<string, string>>

/** A query, as text or as parameters by name. Undefined parameters are omitted. */
export type Query = string | Readonly<Record<string, string | number | undefined>>

const queryText = (query: Query): string =>
  typeof query === "string"
    ? query
    : Object.entries(query)
        .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
        .join("&")

/** Sends a GET request. */
export const get = (path: string, query: Query, headers: Headers = {}, method = "GET") =>
  send({ method, path: `${base}/${path}?${queryText(query)}`, headers })

/** Sends a POST request with this body as JSON. */
export const post = (path: string, body: unknown, headers: Headers = {}) =>
  send({ path: `${base}/${path}`, headers, body: JSON.stringify(body) })

/** An operation of the API, and parameters as JSON with which it succeeds. */
export interface Operation {
  readonly path: string
  readonly verb: "GET" | "POST"
  readonly parameters: (named: Named) => Readonly<Record<string, unknown>>
}

/** An existing communication and an existing contact. */
export interface Named {
  readonly communication: Readonly<Record<string, string>>
  readonly contact: string
}

const named = ({ communication }: Named) => ({ communication_identifier: communication })
const aMail = { direction: "INCOMING", media: "LETTER" }
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }

/** Every operation that needs a token, except `authentication/token/release`. */
export const operations: ReadonlyArray<Operation> = [
  { path: "communications/complete", verb: "POST", parameters: named },
  { path: "communications/view", verb: "POST", parameters: named },
  { path: "communications/show", verb: "GET", parameters: named },
  {
    path: "communications/list",
    verb: "GET",
    parameters: ({ contact }) => ({ contact_information_identifier: { id: contact } })
  },
  {
    path: "communications/create",
    verb: "POST",
    parameters: ({ contact }) => ({ contact_information_identifier: { id: contact }, ...aMail })
  },
  {
    path: "contact_information/show",
    verb: "GET",
    parameters: ({ contact }) => ({ contact_information_identifier: { id: contact } })
  },
  { path: "contact_information/list", verb: "GET", parameters: ({ contact }) => ({ after: contact }) },
  { path: "contact_information/create", verb: "POST", parameters: () => ada }
]

/** The texts of a parameter in a query. An object has one `key=value` for each member. */
const inQuery = (name: string, value: unknown): ReadonlyArray<string> => {
  if (value === undefined || value === null) return []
  if (typeof value !== "object") return [`${name}=${encodeURIComponent(String(value))}`]
  return Object.entries(value).map(([key, part]) => `${name}=${encodeURIComponent(`${key}=${part}`)}`)
}

/** Calls an operation with these parameters, in the body for POST and in the query for GET. */
export const call = (
  { path, verb }: Operation,
  parameters: Readonly<Record<string, unknown>>,
  headers: Headers = {}
): ReturnType<typeof send> =>
  verb === "POST"
    ? post(path, parameters, headers)
    : get(
        path,
        Object.entries(parameters)
          .flatMap(([name, value]) => inQuery(name, value))
          .join("&"),
        headers
      )

const ok = (data: unknown): string => JSON.stringify({ status: { code: "OK", message: null, description: null }, data })

/** Fails the test unless the response is a success with exactly this data. */
export const assertOk = ({ status, headers, text }: Received, data: unknown): void => {
  assert.strictEqual(text, ok(data))
  assert.strictEqual(status, 200)
  assert.strictEqual(headers["content-type"], "application/json")
  assert.match(String(headers["x-request-id"]), /^[A-Za-z0-9._-]{1,128}$/)
}

/** A member of a response, by its path. */
export const at = (json: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    json
  )

/** The code of a response. */
export const codeOf = ({ status, json }: Received) => [status, at(json, "status", "code")]

/** Creates a user of a new organisation, and returns its credentials. */
export const account = Effect.gen(function* () {
  const accounts = yield* Accounts
  const [caller, organisation, username] = [freshCaller(), Name.make(freshId()), Name.make(freshId())]
  const password = `password ${freshId()}`
  yield* accounts.addOrganisation(caller.organisation, organisation)
  yield* accounts.addUser(caller, username, Redacted.make(password))
  return { caller, credentials: { organisation, username, password } }
})
