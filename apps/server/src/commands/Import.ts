import { hash } from "node:crypto"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import {
  ContactInformationId,
  ContactInformations,
  contactInformationOf,
  NewContactInformation,
  type OrganisationId,
  type StorageUnavailable
} from "@communications/core"
import { Console, Effect, Predicate, Result, Schema, SchemaIssue, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { type Line, linesOf } from "./Lines.ts"
import { onDatabase, organisationFlag, organisationNamed, quoted } from "./OnDatabase.ts"
import { progress } from "./Progress.ts"

const parse = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))
const decode = Schema.decodeUnknownResult(Schema.toCodecJson(NewContactInformation), { errors: "all" })
const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Says which members are wrong, and what they should be; never what they were. */
const describe = (issue: SchemaIssue.Issue): string =>
  format(issue)
    .issues.map(({ path = [], message }) => {
      const name = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")
      return name === "" ? 'type: Expected "PERSON" | "COMPANY"' : `${name}: ${message}`
    })
    .join("; ")

/** The contact that a text describes, or what is wrong with it. */
const contactOf = (text: string): Result.Result<NewContactInformation, string> =>
  parse(text).pipe(
    Result.mapError(() => "not a JSON object"),
    Result.flatMap((json) => Result.mapError(decode(json), ({ issue }) => describe(issue)))
  )

/** The same id for the same text, always: whoever imports it again finds it there. */
const idOf = (text: string) => ContactInformationId.make(hash("sha256", text).slice(0, 32).toUpperCase())

type Outcome = "imported" | "present" | "blank" | { readonly problem: string }

const importLine = Effect.fnUntraced(function* (
  organisation: OrganisationId,
  { text }: Line
): Effect.fn.Return<Outcome, StorageUnavailable, ContactInformations> {
  if (Result.isFailure(text)) return { problem: text.failure }
  if (text.success === "") return "blank"
  const described = contactOf(text.success)
  if (Result.isFailure(described)) return { problem: described.failure }
  const contacts = yield* ContactInformations
  return yield* contacts.add(organisation, contactInformationOf(idOf(text.success), described.success)).pipe(
    Effect.as("imported" as const),
    Effect.catchTag("ContactInformationExists", () => Effect.succeed("present" as const))
  )
})

/** Says why a file cannot be read. */
const unreadable = (file: string) => (error: unknown) => {
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : String(error)
  const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`
  return new CommandFailure({ message: `The file ${quoted(file)} ${why}: name one that holds a contact per line.` })
}

const sizeOf = (file: string) =>
  file === "-"
    ? Effect.fail(
        new CommandFailure({ message: "Standard input is not read: name a file that holds a contact per line." })
      )
    : Effect.tryPromise({ try: () => stat(file), catch: unreadable(file) })

const contacts = Command.make(
  "contacts",
  {
    file: Argument.String("FILE.jsonl").pipe(
      Argument.withMetavar("path"),
      Argument.withDescription("A JSON object per line, in UTF-8")
    ),
    organisation: organisationFlag
  },
  ({ file, organisation: name }) =>
    Effect.gen(function* () {
      const { size } = yield* sizeOf(file)
      const counts = { imported: 0, present: 0, blank: 0, bad: 0 }
      yield* Effect.gen(function* () {
        const organisation = yield* organisationNamed(name)
        const { at, say } = yield* progress("Importing", size)
        const lines = Stream.fromAsyncIterable(linesOf(createReadStream(file)), unreadable(file))
        yield* lines.pipe(
          Stream.mapEffect((line) => Effect.map(importLine(organisation, line), (outcome) => ({ line, outcome })), {
            concurrency: 8
          }),
          Stream.runForEach(({ line, outcome }) => {
            counts[typeof outcome === "string" ? outcome : "bad"] += 1
            const told = typeof outcome === "string" ? Effect.void : say(`line ${line.number}: ${outcome.problem}`)
            return Effect.andThen(told, at(line.end))
          })
        )
      }).pipe(Effect.scoped, onDatabase)
      yield* Console.log(`${counts.imported} contacts are imported, ${counts.present} were there already.`)
      if (counts.bad === 0) return
      const message = `${counts.bad} lines are not imported: mend them and run the same command again.`
      return yield* new CommandFailure({ message })
    })
).pipe(
  Command.withShortDescription("Import contact information from a file"),
  Command.withDescription(
    `Imports contact information. Each line of the file is what POST contact_information/create takes, in JSON.
  A line that cannot be used is told, with its number and what is wrong with it, and the others are imported; the
  command then ends with code 1. Running it again is safe: what a line describes has an id made of its text, so that
  it is stored once, however often it is imported. For the same reason identical lines are one contact.`
  ),
  Command.withExamples([
    {
      command: `echo '{"type":"PERSON","life_cycle_state":"MARKETING","first_name":"Anna","last_name":"Lee"}' > contacts.jsonl`,
      description: "A file of one contact"
    },
    { command: "npm run cli -- import contacts contacts.jsonl --organisation ACME", description: "Import it" }
  ])
)

/** The imports. */
export const imports = Command.make("import").pipe(
  Command.withShortDescription("Import contacts from a file"),
  Command.withDescription("Imports data from files."),
  Command.withSubcommands([contacts])
)
