import { Array, Result, type Schema, SchemaAST } from "effect"
import { UnknownFields } from "./errors/index.ts"

/** Names of members, each with the names of its own members: a tree, empty at the leaves. */
type Names = ReadonlyArray<readonly [name: string, inner: Names]>

/** The fields to return, in the documented order. */
export type FieldsSet = Names

const leaf: Names = []

const inner = (names: Names | undefined, name: string): Names | undefined =>
  names?.find(([other]) => other === name)?.[1]

const merge = (left: Names, right: Names): Names =>
  [...new Map([...left, ...right]).keys()].map((name) => [
    name,
    merge(inner(left, name) ?? leaf, inner(right, name) ?? leaf)
  ])

/** The names in a schema: of a union the names of all its members, of an array the names of its elements. */
const namesIn = (ast: SchemaAST.AST): Names => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isArrays(ast)) return ast.rest.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isObjects(ast)) {
    return ast.propertySignatures.map(({ name, type }) => [String(name), namesIn(type)])
  }
  return leaf
}

/** `fields_set` as a caller gives it: names separated by commas, or an array of names; none means all fields. */
export type GivenFields = string | ReadonlyArray<string> | null | undefined

/** A shape of which every member, at any depth, may be left out: the effect of `fields_set`. */
export type Sparse<A> = A extends string | number | boolean
  ? A
  : A extends ReadonlyArray<infer Element>
    ? ReadonlyArray<Sparse<Element>>
    : A extends object
      ? { readonly [Name in keyof A]?: Sparse<A[Name]> }
      : A

/**
 * Makes a reader of `fields_set` for answers of a schema. A dot goes deeper. No name means all fields of `all`, which may
 * be fewer than those that can be named. Blanks around a name and repetition are harmless; an unknown name, or an empty
 * one beside others, fails with `UnknownFields`.
 */
export const fieldsReader = (nameable: Schema.Top, all = nameable) => {
  const documented = namesIn(nameable.ast)
  const whole = namesIn(all.ast)
  return (given: GivenFields): Result.Result<FieldsSet, UnknownFields> => {
    if (given === undefined || given === null) return Result.succeed(whole)
    const list = typeof given === "string" ? given.split(",") : given
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

/** The part of a tree that the paths name, in the order of the tree; the end of a path includes everything below. */
const pick = (names: Names, paths: ReadonlyArray<ReadonlyArray<string>>): Names =>
  names.flatMap(([name, inner]): Names => {
    const deeper = paths.filter(([head]) => head === name).map(([, ...rest]) => rest)
    if (deeper.length === 0) return []
    return [[name, deeper.some((rest) => rest.length === 0) ? inner : pick(inner, deeper)]]
  })

/** Whether a field is to be returned. */
export const names = (fieldsSet: FieldsSet, name: string): boolean => inner(fieldsSet, name) !== undefined

/** Reduces an answer, or each element of a list, to the given fields, in the documented order; `null` stays `null`. */
export const project = (value: Schema.Json, names: FieldsSet): Schema.Json => {
  if (names.length === 0) return value
  if (isArray(value)) return value.map((element) => project(element, names))
  if (!isObject(value) || hasExactly(value, names)) return value
  const kept: Record<string, Schema.Json> = {}
  for (const [name, inner] of names) kept[name] = project(value[name] ?? null, inner)
  return kept
}

/** Whether an object has exactly these fields in this order at any depth, as most answers do. */
const hasExactly = (value: Schema.Json | undefined, names: FieldsSet): boolean => {
  if (value === undefined || isArray(value)) return value !== undefined && names.length === 0
  if (names.length === 0 || !isObject(value)) return true
  let position = 0
  for (const name in value) {
    const wanted = names[position++]
    if (wanted?.[0] !== name || !hasExactly(value[name], wanted[1])) return false
  }
  return position === names.length
}

const isArray = (value: Schema.Json): value is Schema.JsonArray => globalThis.Array.isArray(value)
const isObject = (value: Schema.Json): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !isArray(value)
