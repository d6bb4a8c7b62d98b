/** Generates requests from the OpenAPI document: valid ones, valid ones with one fault, and wild ones. */
import { document } from "@communications/http/document"
import { Arbitrary, JsonSchema, Schema, SchemaRepresentation } from "effect"

/** A request as it is sent. A chunked one has no `Content-Length`. */
export interface GeneratedRequest {
  readonly kind: "valid" | "faulty" | "wild"
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  readonly chunked: boolean
}

/** Values that exist, by the name of their parameter. Half of the generated values are some of these. */
export type Known = Readonly<Record<string, ReadonlyArray<string>>>

type Json = Schema.Json
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isText = (schema: unknown): boolean =>
  isObject(schema) &&
  schema.enum === undefined &&
  [schema.type, schema.anyOf].flat().some((type) => type === "string" || isText(type))

/** Offers the known values wherever the schema has a property of their name, and makes the branches of `anyOf` whole schemas. */
const withKnown = (schema: unknown, known: Known): unknown => {
  if (Array.isArray(schema)) return schema.map((inner) => withKnown(inner, known))
  if (!isObject(schema)) return schema
  const { anyOf, ...base } = schema
  if (Array.isArray(anyOf) && isObject(base.properties)) {
    const properties = base.properties
    const whole = anyOf.filter(isObject).map((branch) => {
      const own = isObject(branch.properties) ? branch.properties : {}
      return { ...base, ...branch, properties: { ...properties, ...own } }
    })
    return withKnown({ anyOf: whole }, known)
  }
  const { properties, ...others } = schema
  const rewritten = Object.entries(others).map(([key, inner]) => [key, withKnown(inner, known)])
  if (!isObject(properties)) return Object.fromEntries(rewritten)
  const offered = Object.entries(properties).map(([name, inner]) => {
    const values = known[name]
    return [
      name,
      values === undefined || !isText(inner) ? withKnown(inner, known) : { anyOf: [{ enum: values }, inner] }
    ]
  })
  return { ...Object.fromEntries(rewritten), properties: Object.fromEntries(offered) }
}

/** An arbitrary of the values of a schema of the document. */
const valuesOf = (schema: unknown, known: Known): Arbitrary.Arbitrary<unknown> => {
  const whole: unknown = { schema, definitions: document.components.schemas }
  const text = JSON.stringify(withKnown(whole, known)).replaceAll("#/components/schemas/", "#/$defs/")
  const { schema: root, definitions } = JSON.parse(text)
  const converted = { ...JsonSchema.fromSchemaDraft2020_12(root), definitions }
  return Arbitrary.schema(SchemaRepresentation.fromJsonSchemaDocument(converted, { patterns: "apply" }))
}

/** An arbitrary of one of these values. */
const oneOf = <const A extends ReadonlyArray<string>>(values: A) => Arbitrary.schema(Schema.Literals(values))
const index = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9_999 })))
const json = Arbitrary.schema(Schema.Json)

/** Values that programs often mistake. */
const hard: ReadonlyArray<Json> = [
  ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, 2 ** 31, "", " ", "0", "null", "\u0000", "a\u0000b", "\ud800", "\udfff"],
  ...["😀", "e\u0301", "\u202e", "\ufeff", "__proto__", "constructor", "' OR 1=1 --", "%", "\\", "x".repeat(5_000)],
  ...["2026-02-30", "9999-12-31", "0000-00-00", "-1", "99999999999999999999", "1e3", "NaN", "id=", "number=1"],
  ...[[], {}, [null], [[[[[]]]]], { id: null }, { id: {} }, { "": "" }, { "\u0000": 1 }]
]

/** The path of every member and element in a value. */
const placesIn = (value: unknown): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [[key], ...placesIn(inner).map((place) => [key, ...place])])

/** Puts a value at a place, or with `undefined`, removes what is there. */
const put = (value: unknown, [key, ...rest]: ReadonlyArray<string>, placed: unknown): unknown => {
  if (key === undefined) return placed
  const inner = Array.isArray(value) ? Object.fromEntries(value.entries()) : isObject(value) ? value : {}
  const entries = Object.entries(inner).map(
    ([name, old]) => [name, name === key ? put(old, rest, placed) : old] as const
  )
  const kept = [...entries, ...(Object.hasOwn(inner, key) ? [] : [[key, placed] as const])].filter(
    ([, value]) => value !== undefined
  )
  return Array.isArray(value) ? kept.map(([, value]) => value) : Object.fromEntries(kept)
}

type ValueOf<A> = A extends Arbitrary.Arbitrary<infer Value> ? Value : never

/** One fault in parameters: a member is missing, wrong or new. */
const fault = Arbitrary.all({ how: oneOf(["remove", "hard", "hard", "any", "add"]), at: index, value: json })
const withFault = (parameters: unknown, { how, at, value }: ValueOf<typeof fault>): unknown => {
  const places = placesIn(parameters)
  const place = places[at % places.length] ?? ["x"]
  const wrong = how === "any" || how === "add" ? value : hard[at % hard.length]
  return put(
    parameters,
    how === "add" ? [...place.slice(0, -1), `x${at}`] : place,
    how === "remove" ? undefined : wrong
  )
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

/** Writes parameters as a query. An identifier has one `key=value` for each member. */
const queryOf = (parameters: unknown): string =>
  Object.entries(isObject(parameters) ? parameters : {})
    .flatMap(([name, value]) => {
      const pairs = isObject(value)
        ? Object.entries(value).map(([key, inner]) => `${key}=${textOf(inner)}`)
        : [textOf(value)]
      return pairs.map((text) => new URLSearchParams([[name, text]]).toString())
    })
    .join("&")

/** Text that may stand in a header. */
const inHeader = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?")

const headerChoices: Readonly<Record<string, ReadonlyArray<string>>> = {
  "content-type": ["application/json", "application/json; charset=utf-8", "text/plain", "application/json;", ""],
  "content-encoding": ["identity", "gzip", "br", ""],
  accept: ["*/*", "text/html", "application/xml;q=0"],
  "accept-encoding": ["br", "gzip", "*;q=0", "identity;q=0"],
  "if-none-match": ["*", '"1"', 'W/"1"'],
  "x-forwarded-for": ["192.0.2.1", "::1, unknown", ",", "x".repeat(300)],
  traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0"],
  origin: ["https://crm.example.com", "null"],
  cookie: ["a=b; __proto__=c"],
  range: ["bytes=0-1"],
  "x-http-method-override": ["DELETE"]
}

const wildPart = Arbitrary.all({
  method: oneOf(["GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]),
  suffix: oneOf([
    "",
    "",
    "",
    "/",
    "//",
    "?",
    "?x",
    "%00",
    "%ff",
    "/..",
    "/%2e%2e/x",
    "#",
    ";a=b",
    "?fields_set=id&fields_set"
  ]),
  how: oneOf(["json", "text", "bytes", "blanks", "nested", "half", "nothing"]),
  value: json,
  text: Arbitrary.schema(Schema.String),
  bytes: Arbitrary.array(index),
  headers: Arbitrary.array(Arbitrary.all({ name: oneOf(Object.keys(headerChoices)), at: index })),
  chunked: Arbitrary.schema(Schema.Boolean)
})
type WildPart = ValueOf<typeof wildPart>

const wildBody = ({ how, value, text, bytes }: WildPart, parameters: unknown): GeneratedRequest["body"] => {
  const whole = JSON.stringify(parameters)
  switch (how) {
    case "json":
      return JSON.stringify(value)
    case "text":
      return text
    case "bytes":
      return Uint8Array.from(bytes)
    case "blanks":
      return " ".repeat(16_380 + (bytes.length % 8)) + whole
    case "nested":
      return "[".repeat(8_000)
    case "half":
      return whole.slice(0, Math.ceil(whole.length / 2))
    case "nothing":
      return undefined
  }
}

/** Requests to each operation of the document, by its path. */
export const requestsOf = (known: (path: string) => Known): ReadonlyArray<Arbitrary.Arbitrary<GeneratedRequest>> =>
  Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([verb, { parameters, requestBody }]) => {
      const isRead = verb === "get"
      const within = (place: string) =>
        parameters.flatMap((parameter) => ("in" in parameter && parameter.in === place ? [parameter] : []))
      const objectOf = (declared: ReturnType<typeof within>) => ({
        type: "object",
        properties: Object.fromEntries(declared.map(({ name, schema }) => [name, schema])),
        required: declared.flatMap(({ name, required }) => (required ? [name] : []))
      })
      const body = requestBody?.content["application/json"].schema
      return Arbitrary.map(
        Arbitrary.all({
          kind: oneOf(["valid", "faulty", "wild"]),
          parameters: valuesOf(body ?? objectOf(within("query")), known(path)),
          headers: valuesOf({ ...objectOf(within("header")), additionalProperties: false }, known(path)),
          bearer: oneOf(["", "", "", ...(known(path).token ?? [])]),
          fault,
          wild: wildPart
        }),
        ({ kind, parameters, headers, bearer, fault, wild }): GeneratedRequest => {
          const sent = kind === "faulty" ? withFault(parameters, fault) : parameters
          const declared = Object.entries(isObject(headers) ? headers : {}).map(([name, value]) => [
            name,
            inHeader(textOf(value))
          ])
          const authorization = bearer === "" ? {} : { authorization: `Bearer ${bearer}` }
          const ordinary = {
            kind,
            method: verb.toUpperCase(),
            headers: { ...Object.fromEntries(declared), ...authorization },
            chunked: false
          }
          const query = isRead ? `?${queryOf(sent)}` : ""
          const type = isRead ? {} : { "content-type": "application/json" }
          const typed = { ...ordinary, headers: { ...type, ...ordinary.headers } }
          if (kind !== "wild") {
            return { ...typed, path: `${path}${query}`, body: isRead ? undefined : JSON.stringify(sent) }
          }
          const chosen = wild.headers.map(({ name, at }) => {
            const choices = headerChoices[name] ?? []
            return [name, choices[at % choices.length] ?? ""]
          })
          return {
            ...typed,
            method: wild.method,
            path: `${path}${wild.suffix}${query}`,
            headers: { ...typed.headers, ...Object.fromEntries(chosen) },
            body: wildBody(wild, sent),
            chunked: wild.chunked
          }
        }
      )
    })
  )
