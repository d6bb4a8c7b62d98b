/** Renames and simplifies the generated schemas, so that the document is easy to read. */
import { type JsonSchema, Predicate } from "effect"

type Schema = JsonSchema.JsonSchema
type Schemas = Readonly<Record<string, Schema>>

const prefix = "#/components/schemas/"

const refsIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(refsIn)
  if (!Predicate.isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && typeof inner === "string" ? [inner.slice(prefix.length)] : refsIn(inner)
  )
}

/** The names of all schemas that a value references, directly or through other schemas. */
const reachable = (from: unknown, schemas: Schemas): ReadonlySet<string> => {
  const seen = new Set<string>()
  const visit = (value: unknown) => {
    for (const name of refsIn(value)) {
      if (seen.has(name)) continue
      seen.add(name)
      visit(schemas[name])
    }
  }
  visit(from)
  return seen
}

/** Rewrites every object in a schema, innermost first. */
const rewriteAll = (value: unknown, rewrite: (schema: Schema) => Schema): unknown => {
  if (Array.isArray(value)) return value.map((element) => rewriteAll(element, rewrite))
  if (!Predicate.isObject(value)) return value
  return rewrite(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewriteAll(inner, rewrite)])))
}

const isNull = (schema: unknown): boolean => Predicate.hasProperty(schema, "type") && schema.type === "null"

/** Rewrites `anyOf` of a plain type and null as one schema with two types. */
const mergeNull = (schema: Schema): Schema => {
  const { anyOf, ...others } = schema
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || !isNull(anyOf[1])) return schema
  const [nonNull]: ReadonlyArray<unknown> = anyOf
  if (!Predicate.hasProperty(nonNull, "type") || typeof nonNull.type !== "string") return schema
  const { type, ...rest } = nonNull
  const values = "enum" in rest && Array.isArray(rest.enum) ? { enum: [...rest.enum, null] } : {}
  return { ...rest, ...values, ...others, type: [type, "null"] }
}

/** Exactly one of `id` and `number`. The operations check this in code, so no JSON schema is generated for it. */
const CommunicationIdentifier: Schema = {
  type: "object",
  description: "Exactly one of `id` and `number`. Null is the same as omitting it.",
  properties: { id: { type: ["string", "null"] }, number: { type: ["string", "null"] } },
  additionalProperties: false,
  minProperties: 1,
  anyOf: [
    { title: "by id", required: ["id"], properties: { id: { type: "string" }, number: { type: "null" } } },
    { title: "by number", required: ["number"], properties: { number: { type: "string" }, id: { type: "null" } } }
  ]
}

const ContactInformationIdentifier = {
  type: "object",
  description: "The id of the contact information.",
  required: ["id"],
  additionalProperties: false,
  properties: { id: { type: "string" } }
}

const baseOf = (name: string): string => name.replace(/_\d+$/, "")

/**
 * Rewrites the schemas of requests and responses. If both have a schema of the same name, that of the request becomes
 * `New…`. Request schemas allow additional members, because the API ignores unknown ones.
 */
export const rewriteSchemas = (schemas: Schemas, requests: unknown, responses: unknown) => {
  const inRequests = reachable(requests, schemas)
  const inResponses = reachable(responses, schemas)
  const responseNames = new Set([...inResponses].map(baseOf))
  const isLeaf = (name: string) => schemas[name]?.type === "string"
  const requestNameOf = (name: string) => (responseNames.has(baseOf(name)) ? `New${baseOf(name)}` : baseOf(name))

  const rename = (nameOf: (name: string) => string) => (schema: Schema) => {
    if (typeof schema.$ref !== "string") return mergeNull(schema)
    const name = schema.$ref.slice(prefix.length)
    return isLeaf(name) ? { ...schemas[name] } : { $ref: `${prefix}${nameOf(name)}` }
  }
  const ofRequest = (schema: unknown) =>
    rewriteAll(schema, ({ additionalProperties: _, ...open }) => rename(requestNameOf)(open))
  const ofResponse = (schema: unknown) => rewriteAll(schema, rename(baseOf))

  const all = new Map<string, unknown>()
  const add = (name: string, schema: unknown) => {
    const known = all.get(name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two different schemas are called ${name}`)
    all.set(name, schema)
  }
  for (const name of inResponses) if (!isLeaf(name)) add(baseOf(name), ofResponse(schemas[name]))
  for (const name of inRequests) if (!isLeaf(name)) add(requestNameOf(name), ofRequest(schemas[name]))
  all.set("CommunicationIdentifier", CommunicationIdentifier)
  all.set("ContactInformationIdentifier", ContactInformationIdentifier)
  return { ofRequest, ofResponse, schemas: Object.fromEntries([...all].sort(([a], [b]) => a.localeCompare(b))) }
}
