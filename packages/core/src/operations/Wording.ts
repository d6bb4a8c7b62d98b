/** Describes in plain words why a value does not match its schema. */
import { Array as Arrays, Predicate, SchemaAST, type SchemaIssue } from "effect"

type Path = ReadonlyArray<PropertyKey>

const nameOf = (path: Path): string => (path.length === 0 ? "the request" : path.map(String).join("."))

const sentence = (path: Path, what: string): string => `${nameOf(path)}: ${what}`

const list = (words: ReadonlyArray<string>): string => {
  const [last = "", ...others] = [...new Set(words)].toReversed()
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`
}

const expectedBy = (annotations: Record<string, unknown> | undefined): string | undefined =>
  Predicate.isString(annotations?.expected) ? annotations.expected : undefined

/** The alternatives of a type, in words. */
const choices = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const annotated = expectedBy(ast.annotations)
  if (annotated !== undefined) return [annotated]
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(choices)
  if (SchemaAST.isLiteral(ast)) return [JSON.stringify(ast.literal)]
  if (SchemaAST.isString(ast)) return ["a string"]
  if (SchemaAST.isNumber(ast)) return ["a number"]
  if (SchemaAST.isBoolean(ast)) return ["true or false"]
  if (SchemaAST.isNull(ast)) return ["null"]
  if (SchemaAST.isArrays(ast)) return ["an array"]
  if (SchemaAST.isUndefined(ast)) return [] // an optional parameter
  return SchemaAST.isObjects(ast) ? ["an object"] : ["another type"]
}

const alternativesOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? ast.types.flatMap(alternativesOf) : [ast]

/** The member that distinguishes the alternatives of a union of objects, and its possible values. */
const tagOf = (union: SchemaAST.AST): readonly [name: PropertyKey, values: string] | undefined => {
  const types = alternativesOf(union)
  const tags = types
    .filter(SchemaAST.isObjects)
    .flatMap(({ propertySignatures }) => propertySignatures.find(({ type }) => SchemaAST.isLiteral(type)) ?? [])
  const [first] = tags
  if (first === undefined) return undefined
  if (tags.length < types.length || tags.some(({ name }) => name !== first.name)) return undefined
  return [first.name, list(tags.flatMap(({ type }) => choices(type)))]
}

/** Whether an issue reports only that no alternative of a union matches. */
const isBare = (issue: SchemaIssue.Issue): boolean => issue._tag === "AnyOf" && issue.issues.length === 0

/**
 * Describes all problems, each with the name of the invalid parameter and the expected type, never its value, which may
 * be a secret.
 */
export const describeAll = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey> = []
): Arrays.NonEmptyReadonlyArray<string> => {
  switch (issue._tag) {
    case "Pointer":
      return describeAll(issue.issue, [...path, ...issue.path])
    case "Encoding":
      return describeAll(issue.issue, path)
    case "Composite":
      return Arrays.flatMap(issue.issues, (part) => describeAll(part, path))
    case "AnyOf": {
      const [first] = issue.issues
      if (first !== undefined && !isBare(first)) return describeAll(first, path)
      const tag = tagOf(issue.ast)
      if (tag !== undefined) return [sentence([...path, tag[0]], `expected ${tag[1]}`)]
      return [sentence(path, `expected ${list(choices(issue.ast))}`)]
    }
    case "Filter": {
      const expected = expectedBy(issue.filter.annotations)
      return expected === undefined ? describeAll(issue.issue, path) : [sentence(path, `expected ${expected}`)]
    }
    case "MissingKey":
      return [`${nameOf(path)} is missing`]
    case "InvalidType": {
      const message = issue.ast.annotations?.message
      return [sentence(path, Predicate.isString(message) ? message : `expected ${list(choices(issue.ast))}`)]
    }
    default:
      return [path.length === 0 ? "the body is not JSON" : `${nameOf(path)} is invalid`]
  }
}

/** Describes the first problem. */
export const describe = (issue: SchemaIssue.Issue): string => describeAll(issue)[0]
