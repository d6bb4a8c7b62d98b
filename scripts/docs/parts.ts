/** The parts of the documents that follow from the code, by name. */
import { readFileSync } from "node:fs"
import {
  CommunicationDetails,
  CommunicationEvent,
  Company,
  Demographics,
  type Operations,
  operations,
  Person,
  stateNames,
  steps
} from "@communications/core"
import {
  allCodes,
  codeOfError,
  headersIn,
  messageOf,
  pathOf,
  requestHeaders,
  responseHeaders,
  statusOf,
  verbOf
} from "@communications/http"
import { grantsSql } from "@communications/postgres"
import { readFigures } from "@communications/test-support/mutantFigures"
import { type FileFigures, figuresFile } from "@communications/test-support/write-figures"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Schema, SchemaAST } from "effect"
import { CliOutput, Command, type HelpDoc } from "effect/cli"
import { settings } from "../../apps/server/src/Configuration.ts"
import { commands } from "../../apps/server/src/commands/Cli.ts"
import { metrics } from "../../apps/server/src/observability/ServerMetrics.ts"
import type { Texts } from "./texts.ts"

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

/** The names of the members of a request, either the optional or the mandatory ones. */
const membersOf = (ast: SchemaAST.AST, isOptional: boolean): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast)
    ? ast.propertySignatures
        .filter(({ type }) => SchemaAST.isOptional(SchemaAST.toEncoded(type)) === isOptional)
        .map(({ name }) => code(String(name)))
    : []

/**
 * The parameters of an operation. If its request is a union, the members that all alternatives share come first, then
 * those of each alternative. A member that one alternative needs is not listed as optional.
 */
const parameters = ({ request: { ast } }: Operations, isOptional: boolean): string => {
  const types = SchemaAST.isUnion(ast) ? ast.types : [ast]
  const needed = types.flatMap((type) => (isOptional ? membersOf(type, false) : []))
  const alternatives = types.map((type) => membersOf(type, isOptional).filter((name) => !needed.includes(name)))
  const [first = [], ...others] = alternatives
  const shared = first.filter((name) => others.every((names) => names.includes(name)))
  const own = alternatives.map((names) => names.filter((name) => !shared.includes(name)).join(", "))
  return [shared.join(", "), own.filter((names) => names !== "").join(" or ")].filter((part) => part !== "").join(", ")
}

const operationsTable = (): string =>
  table(
    ["operation", "mandatory", "optional", "description"],
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

/** The headers of every operation, besides those that all requests and responses have. */
const headersTable = (): string => {
  const rows = operations.flatMap(({ name, options, metadata }) => [
    ...headersIn(requestHeaders, options).map((header) => ({ ...header, name, option: header.name, sent: "request" })),
    ...headersIn(responseHeaders, metadata).map((header) => ({
      ...header,
      name,
      option: header.name,
      sent: "response"
    }))
  ])
  return table(
    ["header", "of", "in the library", "description"],
    [...Map.groupBy(rows, ({ header, sent }) => `${code(header)} of the ${sent}`)].map(
      ([header, [first, ...others]]) => [
        header,
        [first, ...others].map((row) => code(row?.name ?? "")).join(", "),
        code(first?.option ?? ""),
        `${first === undefined ? "" : SchemaAST.resolveDescription(first.type)}.`
      ]
    )
  )
}

/** Every code, with the errors of the library that it stands for. */
const codesTable = (): string =>
  table(
    ["code", "HTTP", "message", "in the library"],
    allCodes.map((name) => {
      const errors = Object.entries(codeOfError).flatMap(([tag, code]) => (code === name ? [tag] : []))
      return [code(name), String(statusOf(name)), messageOf(name), errors.map(code).join(", ")]
    })
  )

const configurationTable = (): string =>
  table(
    ["variable", "value", "default", "description"],
    Object.values(settings).map(({ name, expected, default: byDefault, description }) => [
      code(name),
      expected,
      byDefault === "" ? "none" : code(byDefault),
      `${description}.`
    ])
  )

const metricsTable = (): string =>
  table(
    ["metric", "labels", "description"],
    metrics.map(({ name, labels, description }) => [
      code(name),
      labels.length === 0 ? "none" : labels.map(code).join(", "),
      `${description}.`
    ])
  )

/** The paths of the commands that do something, below a command. */
const commandPaths = ({ name, subcommands }: Command.Command.Any): ReadonlyArray<ReadonlyArray<string>> => {
  const below = subcommands.flatMap(({ commands }) => commands).flatMap(commandPaths)
  return below.length === 0 ? [[name]] : below.map((path) => [name, ...path])
}

const usage = ({ args = [], flags }: HelpDoc.HelpDoc): string =>
  [
    ...args.map(({ name }) => name),
    ...flags.map(({ name, type, required }) => {
      const flag = type === "boolean" ? `--${name}` : `--${name} ${type}`
      return required ? flag : `[${flag}]`
    })
  ].join(" ")

/** Every command, with the first sentence of its help. */
const commandsTable = Effect.gen(function* () {
  const rows: Array<ReadonlyArray<string>> = []
  const presenter: CliOutput.Presenter = {
    present: (event) =>
      Effect.sync(() => {
        if (event._tag !== "Help") return
        const [, ...path] = event.commandPath
        const [sentence = ""] = event.helpDoc.description.replaceAll(/\s+/g, " ").split(/(?<=\.) /)
        rows.push([code(`${path.join(" ")} ${usage(event.helpDoc)}`.trim()), sentence])
      })
  }
  for (const [, ...path] of commandPaths(commands)) {
    yield* Command.runWith(commands, { version: "" })([...path, "--help"]).pipe(
      Effect.provide(CliOutput.layerPresenter(presenter))
    )
  }
  return table(["command", "description"], rows)
}).pipe(Effect.provide(NodeServices.layer))

const typeOf = (ast: SchemaAST.AST): string => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(typeOf).join(", ")
  if (SchemaAST.isLiteral(ast)) return code(String(ast.literal))
  return code(ast._tag.toLowerCase())
}

/** What the tests of faults recorded in their last long run, with links to them. */
const figuresTable = (): string => {
  const files: Record<string, FileFigures> = JSON.parse(readFileSync(figuresFile, "utf8"))
  return table(
    ["test", "figures", "seed, day"],
    Object.entries(files).flatMap(([file, { date, seed, tests }]) =>
      tests.map(({ test, figures }) => [
        `[${test}](../${file})`,
        Object.entries(figures)
          .map(([name, value]) => `${name}: ${typeof value === "number" ? value.toLocaleString("en-US") : value}`)
          .join("; "),
        `${seed}, ${date}`
      ])
    )
  )
}

const eventTable = (): string =>
  table(
    ["member", "value"],
    Object.entries(CommunicationEvent.fields).map(([name, { ast }]) => [code(name), typeOf(ast)])
  )

/** The documented request and response of `complete`. */
const exampleOfComplete = (): string => {
  const [{ example, name }] = operations
  const response = { status: { code: "OK", message: null, description: null }, data: example.result }
  const [request, body] = [example.request, response].map((json) => JSON.stringify(json, null, 2))
  return `\`\`\`text\nPOST ${pathOf(name)}\nContent-Type: application/json\n\n${request}\n\n200 OK\n\n${body}\n\`\`\``
}

/** The fields that accept only certain values. */
const valuesTable = (): string =>
  table(
    ["field", "values"],
    Object.entries({
      "`direction`": CommunicationDetails.fields.direction,
      "`media`": CommunicationDetails.fields.media,
      "`life_cycle_state` of a communication": CommunicationDetails.fields.life_cycle_state,
      "`type` of a contact": Schema.Union([Person.fields.type, Company.fields.type]),
      "`life_cycle_state` of a contact": Person.fields.life_cycle_state,
      "`gender`": Demographics.fields.gender
    }).map(([member, { ast }]) => [member, typeOf(ast)])
  )

const mutantsTable = (): string =>
  table(
    ["faults in", "faults", "caught", "of them by a timeout", "not caught", "excused, for a stated reason", "date"],
    Object.entries(readFigures()).map(([name, { mutants, killed, timedOut, survived, judged, date }]) => [
      name,
      ...[mutants, killed + timedOut, timedOut, survived, judged].map((count) => count.toLocaleString("en")),
      date
    ])
  )

/** The rights of the role that serves; these names need no quotes. */
const grantsBlock = (schema: string): string =>
  ["```sql", grantsSql({ schema, role: "crm_app" }).replaceAll('"', ""), "```"].join("\n")

export const parts: Texts = new Map([
  ["example", exampleOfComplete()],
  ["values", valuesTable()],
  ["diagram", diagram()],
  ["operations", operationsTable()],
  ["headers", headersTable()],
  ["codes", codesTable()],
  ["configuration", configurationTable()],
  ["metrics", metricsTable()],
  ["commands", await Effect.runPromise(commandsTable)],
  ["event", eventTable()],
  ["figures", figuresTable()],
  ["mutants", mutantsTable()],
  ["grants-of-hosts", grantsBlock("communications")],
  ["grants-of-servers", grantsBlock("public")]
])
