import { Array, Result, type Schema, SchemaAST } from "effect"
import { CommunicationData } from "./CommunicationData.ts"
import { UnknownFields } from "./Errors.ts"

/** Names of members, each with the names of its own members: a tree, empty at the leaves. */
type Names = ReadonlyMap<string, Names>

/** Which members of a communication are wanted: all of them, or those that are named. */
export type FieldsSet = "all" | Names

const leaf: Names = new Map()

const merge = (left: Names, right: Names): Names =>
  new Map([...left, ...right].map(([name]) => [name, merge(left.get(name) ?? leaf, right.get(name) ?? leaf)]))

/** The names in a schema; those of a union are the names of all its members. */
const namesIn = (ast: SchemaAST.AST): Names => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isObjects(ast)) {
    return new Map(ast.propertySignatures.map(({ name, type }) => [String(name), namesIn(type)]))
  }
  return leaf
}

const documented = namesIn(CommunicationData.ast)

/**
 * Reads a `fields_set`: names separated by commas, or an array of names; a dot goes deeper. Nothing, or nothing but
 * blanks, means all fields. Blanks around a name and repetition are harmless; an unknown name is `UnknownFields`.
 */
export const parseFieldsSet = (
  given: string | ReadonlyArray<string> | null | undefined
): Result.Result<FieldsSet, UnknownFields> => {
  const list = typeof given === "string" ? (given.trim() === "" ? [] : given.split(",")) : (given ?? [])
  const names = list.map((name) => name.trim())
  const unknown = names.filter((name) => at(documented, name.split(".")) === undefined)
  if (Array.isReadonlyArrayNonEmpty(unknown)) return Result.fail(new UnknownFields({ unknown }))
  return Result.succeed(
    names.length === 0
      ? "all"
      : pick(
          documented,
          names.map((name) => name.split("."))
        )
  )
}

const at = (names: Names | undefined, path: ReadonlyArray<string>): Names | undefined =>
  path.reduce((inner: Names | undefined, name) => inner?.get(name), names)

/** What the paths name of the tree, in the order of the tree; where a path ends, all that is below is named. */
const pick = (names: Names, paths: ReadonlyArray<ReadonlyArray<string>>): Names =>
  new Map(
    [...names].flatMap(([name, inner]) => {
      const deeper = paths.filter(([head]) => head === name).map(([, ...rest]) => rest)
      if (deeper.length === 0) return []
      return [[name, deeper.some((rest) => rest.length === 0) ? leaf : pick(inner, deeper)]]
    })
  )

/** Reduces a communication to the members that are wanted, in the documented order; `null` stays `null`. */
export const project = (data: CommunicationData, fieldsSet: FieldsSet): Schema.JsonObject =>
  fieldsSet === "all" ? data : keep(data, fieldsSet)

const isObject = (value: Schema.Json): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !globalThis.Array.isArray(value)

const keep = (object: Schema.JsonObject, names: Names): Schema.JsonObject => {
  const kept: Record<string, Schema.Json> = {}
  for (const [name, inner] of names) {
    const value = object[name] ?? null
    kept[name] = inner.size > 0 && isObject(value) ? keep(value, inner) : value
  }
  return kept
}
