import { Array, Result, type Schema, SchemaAST } from "effect"
import { UnknownFields } from "./errors/index.ts"

/** The fields to return, in the documented order: a tree of member names, in which a leaf has no children. */
export type FieldsSet = ReadonlyArray<readonly [name: string, children: FieldsSet]>
type Names = FieldsSet

const leaf: Names = []

const childrenOf = (names: Names | undefined, name: string): Names | undefined =>
  names?.find(([other]) => other === name)?.[1]

const merge = (left: Names, right: Names): Names =>
  [...new Map([...left, ...right]).keys()].map((name) => [
    name,
    merge(childrenOf(left, name) ?? leaf, childrenOf(right, name) ?? leaf)
  ])

/** Collects the member names of a schema: those of all alternatives of a union, and of the elements of an array. */
const namesIn = (ast: SchemaAST.AST): Names => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isArrays(ast)) return ast.rest.map(namesIn).reduce(merge, leaf)
  if (SchemaAST.isObjects(ast)) {
    return ast.propertySignatures.map(({ name, type }) => [String(name), namesIn(type)])
  }
  return leaf
}

/** `fields_set` as the caller passes it: names separated by commas, or an array of names. No name means all fields. */
export type FieldsInput = string | ReadonlyArray<string> | null | undefined

/** A type whose members are all optional, at any depth: a result that `fields_set` has reduced. */
export type Sparse<A> = A extends string | number | boolean
  ? A
  : A extends ReadonlyArray<infer Element>
    ? ReadonlyArray<Sparse<Element>>
    : A extends object
      ? { readonly [Name in keyof A]?: Sparse<A[Name]> }
      : A

/**
 * Makes a parser of `fields_set` for results of a schema. A dot selects a member of a member. Without names it returns
 * all fields of `all`, which may be fewer than `nameable` has. Blanks around names, empty names and repeated names are
 * ignored. An unknown name fails with `UnknownFields`.
 */
export const fieldsReader = (nameable: Schema.Top, all = nameable) => {
  const documented = namesIn(nameable.ast)
  const allFields = namesIn(all.ast)
  return (given: FieldsInput): Result.Result<FieldsSet, UnknownFields> => {
    if (given === undefined || given === null) return Result.succeed(allFields)
    const list = typeof given === "string" ? given.split(",") : given
    const names = list.map((name) => name.trim()).filter((name) => name !== "")
    if (names.length === 0) return Result.succeed(allFields)
    const unknown = names.filter((name) => descend(documented, name.split(".")) === undefined)
    if (Array.isReadonlyArrayNonEmpty(unknown)) return Result.fail(new UnknownFields({ unknown }))
    return Result.succeed(
      pick(
        documented,
        names.map((name) => name.split("."))
      )
    )
  }
}

const descend = (names: Names | undefined, path: ReadonlyArray<string>): Names | undefined =>
  path.reduce(childrenOf, names)

/** Keeps the part of a tree that the paths name, in the order of the tree. A path includes everything below its end. */
const pick = (names: Names, paths: ReadonlyArray<ReadonlyArray<string>>): Names =>
  names.flatMap(([name, children]): Names => {
    const deeper = paths.filter(([head]) => head === name).map(([, ...rest]) => rest)
    if (deeper.length === 0) return []
    return [[name, deeper.some((rest) => rest.length === 0) ? children : pick(children, deeper)]]
  })

/**
 * Makes a function that returns the names of the members of a value that a schema does not have, with dots below
 * members. `others` are further names that the value may have.
 */
export const unknownMembers = (schema: Schema.Top, others: ReadonlyArray<string> = []) => {
  const known = merge(
    namesIn(schema.ast),
    others.map((name) => [name, leaf])
  )
  return (value: unknown): ReadonlyArray<string> => [...new Set(unknownIn(value, known, ""))]
}

const unknownIn = (value: unknown, known: Names, prefix: string): ReadonlyArray<string> => {
  if (globalThis.Array.isArray(value)) return value.flatMap((element) => unknownIn(element, known, prefix))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const below = childrenOf(known, name)
    if (below === undefined) return [prefix + name]
    return below.length === 0 ? [] : unknownIn(member, below, `${prefix}${name}.`)
  })
}

/** Returns whether a field is requested. A dot selects a member of a member. */
export const hasField = (fieldsSet: FieldsSet, name: string): boolean =>
  descend(fieldsSet, name.split(".")) !== undefined

/** Reduces a result, or each element of a list, to these fields, in the documented order. `null` stays `null`. */
export const reduceToFields = (value: Schema.Json, names: FieldsSet): Schema.Json => {
  if (isArray(value)) return value.map((element) => reduceToFields(element, names))
  if (!isObject(value) || hasExactly(value, names)) return value
  const reduced: Record<string, Schema.Json> = {}
  for (const [name, children] of names) reduced[name] = reduceToFields(value[name] ?? null, children)
  return reduced
}

/** Whether an object has exactly these fields in this order, at any depth. Most results do, and are not copied. */
const hasExactly = (value: Schema.Json | undefined, names: FieldsSet): boolean => {
  if (isArray(value)) return names.length === 0
  if (names.length === 0 || !isObject(value)) return true
  let position = 0
  for (const name in value) {
    const expected = names[position++]
    if (expected?.[0] !== name || !hasExactly(value[name], expected[1])) return false
  }
  return position === names.length
}

const isArray = (value: Schema.Json | undefined): value is Schema.JsonArray => globalThis.Array.isArray(value)
const isObject = (value: Schema.Json | undefined): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !isArray(value)
