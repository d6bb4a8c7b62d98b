/** Describes all problems of a contact, worded like the API's errors, which describe only the first. */
import { SchemaAST, SchemaIssue } from "effect"

/** The alternatives of a type. */
const choices = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(choices)
  if (SchemaAST.isLiteral(ast)) return [JSON.stringify(ast.literal)]
  if (SchemaAST.isNull(ast)) return ["null"]
  if (SchemaAST.isString(ast)) return ["a string"]
  if (SchemaAST.isNumber(ast)) return ["a number"]
  return [SchemaAST.isObjects(ast) ? "an object" : "another type"]
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "is missing"
    return issue._tag === "InvalidType"
      ? `expected ${choices(issue.ast).join(" or ")}`
      : SchemaIssue.defaultLeafHook(issue)
  }
})

const nameOf = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> = []): string =>
  path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")

/** Names each wrong member and the expected value, but never the actual value, which may be personal data. */
export const problemsOf = (issue: SchemaIssue.Issue): string =>
  format(issue)
    .issues.map(({ path, message }) => {
      const name = nameOf(path)
      const expected = message.replace(/^Expected /, "expected ").replaceAll(" | ", " or ")
      return name === "" ? 'type: expected "PERSON" or "COMPANY"' : `${name}: ${expected}`
    })
    .join("; ")

/** Names the members with an issue. */
export const membersOf = (issue: SchemaIssue.Issue): ReadonlyArray<string> =>
  format(issue).issues.map(({ path }) => nameOf(path))
