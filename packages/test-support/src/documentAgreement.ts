/** Checks responses against the OpenAPI document that the API publishes. */
import { document } from "@communications/http/document"
import { Ajv2020 } from "ajv/dist/2020.js"

/** The parts of a response that the document specifies, and its request. */
export interface CheckedResponse {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly json: unknown
  /** Whether the request has `fields_set`. Without it, the response must have every documented member. */
  readonly reduced: boolean
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addKeyword("components")
ajv.addSchema({ $id: "openapi", components: document.components }, "openapi")

const compiled = new Map<string, ReturnType<typeof ajv.compile>>()

/** Validates a value with a schema of the document and returns the errors, or `undefined` if the value is valid. */
export const errorsOf = (schema: unknown, value: unknown): string | undefined => {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
  compiled.set(text, validate)
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

type Schema = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const at = (value: unknown, ...keys: ReadonlyArray<string>): unknown =>
  keys.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const resolved = (value: unknown): unknown => {
  const ref = at(value, "$ref")
  return typeof ref === "string" ? at(document, ...ref.slice(2).split("/")) : value
}

/** The schema of a response with all fields: of each choice between all and some fields, the first. */
const whole = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(whole)
  if (!isObject(schema)) return schema
  if (Array.isArray(schema.anyOf) && JSON.stringify(schema.anyOf[1]).includes("/SomeOf")) return schema.anyOf[0]
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, whole(inner)]))
}

/** Describes how a response differs from the document; `undefined` if they agree. */
export const disagreement = ({ method, path, status, headers, json, reduced }: CheckedResponse): string | undefined => {
  const documentedPath = path
    .replace(/\/$/, "")
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  const operation = at(document.paths, documentedPath, method === "HEAD" ? "get" : method.toLowerCase())
  if (operation === undefined) return status === 404 || status === 405 ? undefined : "matches no documented operation"
  const response = at(operation, "responses", String(status))
  if (response === undefined) return `has a status that is not documented: ${status}`
  for (const [name, documented] of Object.entries(at(response, "headers") ?? {})) {
    const header = resolved(documented)
    if (headers[name] === undefined && at(header, "required") === false) continue
    const errors = errorsOf(at(header, "schema"), headers[name])
    if (errors !== undefined) return `has a header ${name} that does not match the document: ${errors}`
  }
  if (method === "HEAD") return undefined
  const schema = at(response, "content", "application/json", "schema")
  const errors = errorsOf(reduced ? schema : whole(schema), json)
  return errors === undefined ? undefined : `does not match the document: ${errors}`
}
