/** Writes the parts of the README that follow from the code: `npm run docs`. With `--check` it only compares them. */
import { readFileSync, writeFileSync } from "node:fs"
import { type Operations, operations, stateNames, steps } from "@communications/core"
import { allCodes, codeOfError, messageOf, statusOf, verbOf } from "@communications/http"
import { SchemaAST } from "effect"

const file = "README.md"

const row = (...cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n")
const code = (text: string): string => `\`${text}\``

/** The state machine, one arrow for each step. */
const diagram = (): string =>
  [
    "```mermaid",
    "stateDiagram-v2",
    "  direction LR",
    "  [*] --> DRAFT: create",
    ...Object.entries(steps).map(([name, { from, to }]) => `  ${stateNames[from]} --> ${stateNames[to]}: ${name}`),
    "```"
  ].join("\n")

/** The names of the members of a request: those that must be given, and the others. */
const membersOf = (ast: SchemaAST.AST, isOptional: boolean): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast)
    ? ast.propertySignatures
        .filter(({ type }) => SchemaAST.isOptional(SchemaAST.toEncoded(type)) === isOptional)
        .map(({ name }) => code(String(name)))
    : []

/** Of a union, the members that every alternative has, and then those of each; what one of them needs is not optional. */
const parameters = ({ request: { ast } }: Operations, isOptional: boolean): string => {
  const types = SchemaAST.isUnion(ast) ? ast.types : [ast]
  const needed = types.flatMap((type) => (isOptional ? membersOf(type, false) : []))
  const alternatives = types.map((type) => membersOf(type, isOptional).filter((name) => !needed.includes(name)))
  const [first = [], ...others] = alternatives
  const shared = first.filter((name) => others.every((names) => names.includes(name)))
  const own = alternatives.map((names) => names.filter((name) => !shared.includes(name)).join(", "))
  return [shared.join(", "), own.filter((names) => names !== "").join(" or ")].filter((part) => part !== "").join(", ")
}

/** Every operation with its parameters. */
const operationsTable = (): string =>
  table(
    ["operation", "mandatory", "optional", ""],
    operations.map((operation) => {
      const reduced = operation.user === "authenticated" ? [code("fields_set")] : []
      const optional = [parameters(operation, true), ...reduced].filter((part) => part !== "")
      return [
        `${verbOf(operation.name)} ${code(operation.name)}`,
        parameters(operation, false),
        optional.join(", "),
        `${operation.summary}. ${operation.description}`
      ]
    })
  )

/** Every code, with the errors of the library that it stands for. */
const codesTable = (): string =>
  table(
    ["code", "HTTP", "", "in the library"],
    allCodes.map((name) => {
      const errors = Object.entries(codeOfError).flatMap(([tag, code]) => (code === name ? [tag] : []))
      return [code(name), String(statusOf(name)), messageOf(name), errors.map(code).join(", ")]
    })
  )

const parts = { diagram, operations: operationsTable, codes: codesTable }

const written = readFileSync(file, "utf8")
const generated = Object.entries(parts).reduce((text, [name, made]) => {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`]
  if (!text.includes(start) || !text.includes(end)) throw new Error(`${file} has no place for ${name}`)
  const [before = "", rest = ""] = text.split(start)
  return `${before}${start}\n${made()}\n${end}${rest.slice(rest.indexOf(end) + end.length)}`
}, written)

if (!process.argv.includes("--check")) writeFileSync(file, generated)
else if (generated !== written) {
  console.log(`${file} does not say what the code does: npm run docs`)
  process.exitCode = 1
}
