/** Holds answers against the OpenAPI document that the API publishes about itself. */
import { document } from "@communications/http/document"
import { Ajv2020 } from "ajv/dist/2020.js"

/** An answer, as far as the document speaks of it. */
export interface Answered {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly json: unknown
  /** Whether the request named `fields_set`: without it, every documented member must be there. */
  readonly reduced: boolean
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addKeyword("components")
ajv.addSchema({ $id: "openapi", components: document.components }, "openapi")

const compiled = new Map<string, ReturnType<typeof ajv.compile>>()

/** What is wrong with a value that should be of this schema of the document. */
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

/** The schema of an answer that nothing reduced: of all fields and some fields, all. */
const whole = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(whole)
  if (!isObject(schema)) return schema
  if (Array.isArray(schema.anyOf) && JSON.stringify(schema.anyOf[1]).includes("/SomeOf")) return schema.anyOf[0]
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, whole(inner)]))
}

/** Says what an answer has that the document does not promise, or the other way round; nothing where they agree. */
export const disagreement = ({ method, path, status, headers, json, reduced }: Answered): string | undefined => {
  const written = path
    .replace(/\/$/, "")
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  const operation = at(document.paths, written, method === "HEAD" ? "get" : method.toLowerCase())
  if (operation === undefined) return status === 404 || status === 405 ? undefined : "is of no documented operation"
  const response = at(operation, "responses", String(status))
  if (response === undefined) return `has a status that is not documented: ${status}`
  for (const [name, given] of Object.entries(at(response, "headers") ?? {})) {
    const header = resolved(given)
    const errors = errorsOf(at(header, "schema"), headers[name])
    if (errors !== undefined) return `has a header ${name} that is not as documented: ${errors}`
  }
  if (method === "HEAD") return undefined
  const schema = at(response, "content", "application/json", "schema")
  const errors = errorsOf(reduced ? schema : whole(schema), json)
  return errors === undefined ? undefined : `is not as documented: ${errors}`
}
