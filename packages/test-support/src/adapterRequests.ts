/** Requests to which every HTTP adapter must send the same responses. */
import { adapterContact, adapterCredentials, adapterToken as token } from "./adapterPorts.ts"

/** A request, and the expected status of its response. A body in several pieces is sent in chunks. */
export interface AdapterRequest {
  readonly title: string
  readonly status: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadonlyArray<string>
}

type Body = NonNullable<AdapterRequest["body"]>
type Headers = AdapterRequest["headers"]

const base = "/crmapi/rest/v2"
const json = { "content-type": "application/json" }

const get = (title: string, status: number, path: string, headers: Headers = {}): AdapterRequest => ({
  ...{ title, status, method: "GET", path, headers }
})
const other = (method: string, status: number, path: string): AdapterRequest => ({
  ...{ title: `${method} ${path}`, status, method, path, headers: {} }
})
const post = (title: string, status: number, path: string, body: Body, headers: Headers = json): AdapterRequest => ({
  ...{ title, status, method: "POST", path: `${base}/${path}`, headers, body }
})

/** Completes with a body. Number 41 is a draft until the first of these requests. */
const complete = (title: string, status: number, body: Body, headers: Headers = json) =>
  post(title, status, "communications/complete", body, headers)
const completing = (number: string, others: object = {}) =>
  JSON.stringify({ token, communication_identifier: { number }, ...others })

/** Creates a draft with content, in a body of this size. */
const create = (title: string, status: number, size: number): AdapterRequest => {
  const draft = { contact_information_identifier: { id: adapterContact }, direction: "OUTGOING", media: "EMAIL" }
  const bodyOf = (content: string) => JSON.stringify({ token, ...draft, fields_set: "subject", content })
  return post(title, status, "communications/create", bodyOf("x".repeat(size - bodyOf("").length)))
}
const { token: _, ...withoutToken } = JSON.parse(completing("41"))

const shown = `${base}/communications/show?token=${token}&communication_identifier=number=`
const path = `${base}/communications/complete`

const successes: ReadonlyArray<AdapterRequest> = [
  complete("a completion", 200, completing("41")),
  complete(
    "a completion with the token in a header",
    200,
    JSON.stringify({ communication_identifier: { number: "42" } }),
    {
      ...json,
      authorization: `Bearer ${token}`
    }
  ),
  complete("a completion in chunks, with some fields", 200, [
    completing("43", { fields_set: "id" }).slice(0, 9),
    completing("43", { fields_set: "id" }).slice(9)
  ]),
  post("a view", 200, "communications/view", completing("41")),
  get("one communication", 200, `${shown}41`),
  get("one communication, percent-encoded", 200, `${shown}41`.replace("number=41", "number%3D41")),
  get("a repeated identifier", 400, `${shown}41&communication_identifier=number=42`),
  get("two different identifiers", 400, `${shown}41&communication_identifier=id=42`),
  get("a repeated fields_set", 200, `${shown}41&fields_set=id&fields_set=subject`),
  get("a list", 200, `${base}/communications/list?token=${token}&life_cycle_state=COMPLETED&fields_set=number,subject`),
  get("an invalid number of results", 400, `${base}/communications/list?token=${token}&number_of_results=x`),
  post("a log-in", 200, "authentication/token", JSON.stringify(adapterCredentials)),
  post("a failed log-in", 401, "authentication/token", JSON.stringify({ ...adapterCredentials, password: "wrong" })),
  post("a contact", 200, "contact_information/create", [
    JSON.stringify({ token, type: "PERSON", life_cycle_state: "MARKETING", first_name: "Zoë", last_name: "π" })
  ])
]

const bodies: ReadonlyArray<AdapterRequest> = [
  complete("an object without members", 400, "{}"),
  complete("half an object", 400, "{"),
  complete("an array instead of an object", 400, "[]"),
  complete("an empty body", 400, ""),
  complete("a body that is not UTF-8", 400, Uint8Array.of(0x22, 0xff, 0x22)),
  complete("a wrong member", 400, completing("41", { communication_identifier: { number: 41 } })),
  complete("an unknown field", 400, completing("41", { fields_set: "nope" })),
  complete("an inherited property as a field", 400, completing("41", { fields_set: "constructor" })),
  complete("the prototype as a field", 400, completing("41", { fields_set: "__proto__" })),
  complete(
    "a token in a prototype",
    401,
    `{"__proto__":{"token":"${token}"},"communication_identifier":{"number":"41"}}`
  ),
  complete("an ambiguous identifier", 400, completing("41", { communication_identifier: { number: "41", id: "x" } })),
  complete("no token", 401, JSON.stringify(withoutToken)),
  complete("an unknown token", 401, completing("41", { token: "0".repeat(32) })),
  complete("two tokens", 401, completing("41"), { ...json, authorization: "Bearer x" }),
  complete("an unknown number", 404, completing("none")),
  complete("a completed communication", 409, completing("41")),
  complete("a body of 16 KiB", 400, " ".repeat(16_384)),
  complete("a body of 16 KiB and a byte", 413, " ".repeat(16_385)),
  create("content that fills 1 MiB", 200, 1_048_576),
  create("content that exceeds 1 MiB by a byte", 413, 1_048_577),
  complete("the same in chunks", 413, [" ".repeat(16_000), " ".repeat(385)]),
  complete("a large body", 413, "x".repeat(3_000_000)),
  complete("a large body in chunks", 413, Array<string>(300).fill("x".repeat(10_000))),
  complete("a text body", 415, "{}", { "content-type": "text/plain" }),
  complete("JSON in another encoding", 415, "{}", { "content-type": "application/json; charset=utf-16" }),
  complete("a compressed body", 415, "{}", { ...json, "content-encoding": "gzip" }),
  complete("an unreachable database", 503, completing("unavailable")),
  complete("a bug", 500, completing("defect"))
]

const paths: ReadonlyArray<AdapterRequest> = [
  get("the root", 302, "/"),
  get("an unknown path", 404, `${base}/nothing?x=1`),
  get("a path in capitals", 404, path.toUpperCase()),
  get("two slashes at the end", 404, `${path}//`),
  post("a slash at the end", 400, "communications/complete/", "{}"),
  post("a path with a query", 400, "communications/complete?x=1", "{}"),
  post("a percent-encoded path", 400, "communications/%63omplete", "{}"),
  post("a percent-encoded slash", 404, "communications%2Fcomplete", "{}"),
  post("a percent-encoded question mark", 404, "communications/complete%3F", "{}"),
  post("a percent-encoded NUL", 404, "communications/complete%00", "{}"),
  post("a path that cannot be decoded", 404, "communications/complete%ff%", "{}"),
  post("a large body to an unknown path", 404, "nothing", "x".repeat(3_000_000)),
  get("a prototype in the query", 401, `${shown}41&__proto__=x&__proto__=y`.replace(token, "x")),
  get("a prototype as identifier", 400, `${base}/communications/show?communication_identifier=__proto__=x`),
  ...["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"].map((method) => other(method, 405, path)),
  ...["POST", "PUT"].map((method) => other(method, 405, `${base}/communications/show`)),
  other("HEAD", 200, `${shown}41`),
  other("HEAD", 401, `${shown}41`.replace(token, "x")),
  other("HEAD", 302, "/"),
  other("HEAD", 404, "/nothing"),
  ...["/health/live", "/health/ready", "/openapi.json", "/docs"].flatMap((path) =>
    ["GET", "HEAD"].map((method) => other(method, 200, path))
  ),
  ...["/openapi.json", "/docs"].flatMap((path) => [
    get(`${path}, compressed`, 200, path, { "accept-encoding": "br, gzip;q=0.5" }),
    get(`${path}, unchanged`, 304, path, { "if-none-match": "*" })
  ]),
  other("POST", 405, "/docs"),
  get("a request id", 200, "/health/live", { "x-request-id": "given.by-the_caller1" }),
  get("a malformed request id", 200, "/health/live", { "x-request-id": "not well-formed" }),
  get("a long request id", 200, "/health/live", { "x-request-id": "x".repeat(129) })
]

/** The requests, in the order in which they must be sent. */
export const adapterRequests: ReadonlyArray<AdapterRequest> = [...successes, ...bodies, ...paths]
