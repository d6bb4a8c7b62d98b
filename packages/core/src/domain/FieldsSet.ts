import { Array, Result, type Schema, SchemaAST } from "effect"
import { CommunicationData, CommunicationDetails, CommunicationWithHistory } from "./CommunicationData.ts"
import { ContactInformation } from "./ContactInformation.ts"
import { UnknownFields } from "./Errors.ts"

/** Names of members, each with the names of its own members: a tree, empty at the leaves. */
type Names = ReadonlyArray<readonly [name: string, inner: Names]>

/** Which members are wanted, in the documented order. */
export type FieldsSet = Names

const leaf: Names = []

const inner = (names: Names | undefined, name: string): Names | undefined =>
  names?.find(([other]) => other === name)?.[1]

const merge = (left: Names, right: Names): Names =>
  [...new Map([...left, ...right]).keys()].map((name) => [
    name,
    merge(inner(left, name) ?? leaf, inner(right, name) ?? leaf)
  ])

/** The names in a schema; those of a union are the names of all its members, those of an array those of its elements. */
const namesIn = (ast: SchemaAST.AST): Names => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isArrays(ast)) return ast.rest.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isObjects(ast)) {
    return ast.propertySignatures.map(({ name, type }) => [String(name), namesIn(type)])
  }
  return leaf
}

/**
 * Makes a reader of `fields_set` for what answers of a kind have: names separated by commas, or an array of names; a dot
 * goes deeper. No name at all means all fields, but those that must be asked for. Blanks around a name and repetition are
 * harmless; an unknown name, or none beside others, is `UnknownFields`.
 */
const fieldsOf = (nameable: Schema.Top, all = nameable) => {
  const documented = namesIn(nameable.ast)
  const whole = namesIn(all.ast)
  return (given: string | ReadonlyArray<string> | null | undefined): Result.Result<FieldsSet, UnknownFields> => {
    const list = typeof given === "string" ? given.split(",") : (given ?? [])
    const names = list.map((name) => name.trim())
    if (names.every((name) => name === "")) return Result.succeed(whole)
    const unknown = names.filter((name) => at(documented, name.split(".")) === undefined)
    if (Array.isReadonlyArrayNonEmpty(unknown)) return Result.fail(new UnknownFields({ unknown }))
    return Result.succeed(
      pick(
        documented,
        names.map((name) => name.split("."))
      )
    )
  }
}

const at = (names: Names | undefined, path: ReadonlyArray<string>): Names | undefined => path.reduce(inner, names)

/** What the paths name of the tree, in the order of the tree; where a path ends, all that is below is wanted. */
const pick = (names: Names, paths: ReadonlyArray<ReadonlyArray<string>>): Names =>
  names.flatMap(([name, inner]): Names => {
    const deeper = paths.filter(([head]) => head === name).map(([, ...rest]) => rest)
    if (deeper.length === 0) return []
    return [[name, deeper.some((rest) => rest.length === 0) ? inner : pick(inner, deeper)]]
  })

/** Reads the `fields_set` of `complete`. */
export const parseFieldsSet = fieldsOf(CommunicationData)

/** Reads the `fields_set` of `create`, `list` and `view`. */
export const parseDetailsFieldsSet = fieldsOf(CommunicationDetails)

/** Reads the `fields_set` of `show`, which may name the history. */
export const parseHistoryFieldsSet = fieldsOf(CommunicationWithHistory, CommunicationDetails)

/** Reads the `fields_set` of the methods on contact information. */
export const parseContactFieldsSet = fieldsOf(ContactInformation)

/** Whether a member is wanted. */
export const names = (fieldsSet: FieldsSet, name: string): boolean => inner(fieldsSet, name) !== undefined

/** Reduces an answer to the members that are wanted, in the documented order; `null` stays `null`. */
export const project = (data: Schema.JsonObject, fieldsSet: FieldsSet): Schema.JsonObject => {
  if (isAsWanted(data, fieldsSet)) return data
  const kept: Record<string, Schema.Json> = {}
  for (const [name, inner] of fieldsSet) kept[name] = projectIn(data[name] ?? null, inner)
  return kept
}

/** Whether it has the members that are wanted, and no others, in the documented order: most often it has. */
const isAsWanted = (value: Schema.Json | undefined, names: Names): boolean => {
  if (value === undefined || isArray(value)) return value !== undefined && names.length === 0
  if (names.length === 0 || !isObject(value)) return true
  let position = 0
  for (const name in value) {
    const wanted = names[position++]
    if (wanted?.[0] !== name || !isAsWanted(value[name], wanted[1])) return false
  }
  return position === names.length
}

const isArray = (value: Schema.Json): value is Schema.JsonArray => globalThis.Array.isArray(value)
const isObject = (value: Schema.Json): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !isArray(value)

const projectIn = (value: Schema.Json, names: Names): Schema.Json => {
  if (names.length === 0) return value
  if (isArray(value)) return value.map((element) => projectIn(element, names))
  return isObject(value) ? project(value, names) : value
}
