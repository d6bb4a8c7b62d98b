/** The schemas of the generated document, named and written for people. */
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

/** The names of all schemas that these mention, directly or through others. */
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

/** Rewrites every object in a schema, the innermost first. */
const rewritten = (value: unknown, rewrite: (schema: Schema) => Schema): unknown => {
  if (Array.isArray(value)) return value.map((element) => rewritten(element, rewrite))
  if (!Predicate.isObject(value)) return value
  return rewrite(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner, rewrite)])))
}

const isNull = (schema: unknown): boolean => Predicate.hasProperty(schema, "type") && schema.type === "null"

/** `anyOf` of a plain type and null, written as one schema of two types. */
const nullable = (schema: Schema): Schema => {
  const { anyOf, ...others } = schema
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || !isNull(anyOf[1])) return schema
  const [given]: ReadonlyArray<unknown> = anyOf
  if (!Predicate.hasProperty(given, "type") || typeof given.type !== "string") return schema
  const { type, ...rest } = given
  const values = "enum" in rest && Array.isArray(rest.enum) ? { enum: [...rest.enum, null] } : {}
  return { ...rest, ...values, ...others, type: [type, "null"] }
}

/** Exactly one of `id` and `number`: what the definition's filter means, in the words of JSON Schema. */
const CommunicationIdentifier: Schema = {
  type: "object",
  description: "Exactly one of id and number; null is as good as nothing",
  properties: { id: { type: ["string", "null"] }, number: { type: ["string", "null"] } },
  additionalProperties: false,
  minProperties: 1,
  anyOf: [
    { title: "by id", required: ["id"], properties: { id: { type: "string" }, number: { type: "null" } } },
    { title: "by number", required: ["number"], properties: { number: { type: "string" }, id: { type: "null" } } }
  ]
}

/** The same of a contact information. */
const ContactInformationIdentifier = {
  type: "object",
  description: "The contact information: its id",
  required: ["id"],
  additionalProperties: false,
  properties: { id: { type: "string" } }
}

const baseOf = (name: string): string => name.replace(/_\d+$/, "")

/**
 * How the schemas of requests and of answers are written. A name that both use means what is answered, and what is
 * sent is then `New…`. Members that a request does not know are ignored, so its schemas are open.
 */
export const written = (schemas: Schemas, requests: unknown, answers: unknown) => {
  const sent = reachable(requests, schemas)
  const answered = reachable(answers, schemas)
  const taken = new Set([...answered].map(baseOf))
  const isLeaf = (name: string) => schemas[name]?.type === "string"
  const nameSent = (name: string) => (taken.has(baseOf(name)) ? `New${baseOf(name)}` : baseOf(name))

  const naming = (nameOf: (name: string) => string) => (schema: Schema) => {
    if (typeof schema.$ref !== "string") return nullable(schema)
    const name = schema.$ref.slice(prefix.length)
    return isLeaf(name) ? { ...schemas[name] } : { $ref: `${prefix}${nameOf(name)}` }
  }
  const ofRequest = (schema: unknown) =>
    rewritten(schema, ({ additionalProperties: _, ...open }) => naming(nameSent)(open))
  const ofAnswer = (schema: unknown) => rewritten(schema, naming(baseOf))

  const all = new Map<string, unknown>()
  const add = (name: string, schema: unknown) => {
    const known = all.get(name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas ${name}`)
    all.set(name, schema)
  }
  for (const name of answered) if (!isLeaf(name)) add(baseOf(name), ofAnswer(schemas[name]))
  for (const name of sent) if (!isLeaf(name)) add(nameSent(name), ofRequest(schemas[name]))
  all.set("CommunicationIdentifier", CommunicationIdentifier)
  all.set("ContactInformationIdentifier", ContactInformationIdentifier)
  return { ofRequest, ofAnswer, schemas: Object.fromEntries([...all].sort(([a], [b]) => a.localeCompare(b))) }
}
