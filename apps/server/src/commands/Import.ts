import { hash } from "node:crypto"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { stdin } from "node:process"
import {
  ContactInformationId,
  ContactInformations,
  contactInformationOf,
  describeAll,
  NewContactInformation,
  type OrganisationId,
  type StorageUnavailable,
  unknownMembers
} from "@communications/core"
import { largestBody } from "@communications/http"
import { Console, Effect, Predicate, Result, Schema, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { CommandFailure } from "./CommandFailure.ts"
import { idsFlag, idsWriter } from "./ImportedIds.ts"
import { type Line, linesOf } from "./Lines.ts"
import { onDatabase, organisationFlag, organisationNamed, quoted } from "./OnDatabase.ts"
import { progress } from "./Progress.ts"

const parse = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))
const decode = Schema.decodeUnknownResult(Schema.toCodecJson(NewContactInformation), { errors: "all" })
const unknownIn = unknownMembers(NewContactInformation)

/** A contact, and the members of its line that are unknown and therefore ignored. */
interface Described {
  readonly contact: NewContactInformation
  readonly ignored: ReadonlyArray<string>
}

/** Parses a line as a contact, or returns its problems. */
const contactOf = (text: string): Result.Result<Described, string> =>
  Result.gen(function* () {
    const json = yield* Result.mapError(parse(text), () => "not a JSON object")
    const contact = yield* Result.mapError(decode(json), ({ issue }) => describeAll(issue).join("; "))
    return { contact, ignored: unknownIn(json) }
  })

/** Derives the id from the text, so that importing the same line again does not store it again. */
const idOf = (text: string) => ContactInformationId.make(hash("sha256", text).slice(0, 32).toUpperCase())

type Outcome =
  | {
      readonly kind: "imported" | "existing"
      readonly id: ContactInformationId
      readonly ignored: Described["ignored"]
    }
  | { readonly kind: "blank" }
  | { readonly kind: "invalid"; readonly problem: string }

const importLine = Effect.fnUntraced(function* (
  organisation: OrganisationId,
  { text }: Line
): Effect.fn.Return<Outcome, StorageUnavailable, ContactInformations> {
  if (Result.isFailure(text)) return { kind: "invalid", problem: text.failure }
  if (text.success === "") return { kind: "blank" }
  const described = contactOf(text.success)
  if (Result.isFailure(described)) return { kind: "invalid", problem: described.failure }
  const [contacts, id] = [yield* ContactInformations, idOf(text.success)]
  const { contact, ignored } = described.success
  return yield* contacts.add(organisation, contactInformationOf(id, contact)).pipe(
    Effect.as({ kind: "imported", id, ignored } as const),
    Effect.catchTags({
      ContactInformationExists: () => Effect.succeed({ kind: "existing", id, ignored } as const),
      IdempotencyKeyReused: Effect.die
    })
  )
})

const unreadable = (file: string) => (error: unknown) => {
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : String(error)
  const reason = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`
  return new CommandFailure({ message: `The file ${quoted(file)} ${reason}: pass a file with one contact per line.` })
}

/** Whether a file is standard input. Opening `/dev/stdin` would fail if it is a socket. */
const isStandardInput = (file: string): boolean => file === "-" || file === "/dev/stdin"

/** The size of a file in bytes, for the progress bar; 0 if it is not known, as for a pipe. */
const sizeOf = (file: string) =>
  isStandardInput(file)
    ? Effect.succeed(0)
    : Effect.map(Effect.tryPromise({ try: () => stat(file), catch: unreadable(file) }), ({ size }) => size)

/** The number of lines with ignored members that the command reports. */
const reportedIgnored = 20

/** Names the first members of a line. */
const firstOf = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, 5).map(quoted).join(", ")
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

const contacts = Command.make(
  "contacts",
  {
    file: Argument.String("FILE.jsonl").pipe(
      Argument.withMetavar("path"),
      Argument.withDescription("A file in UTF-8 with one JSON object per line; - or /dev/stdin reads standard input")
    ),
    organisation: organisationFlag,
    ids: idsFlag
  },
  ({ file, organisation: name, ids }) =>
    Effect.gen(function* () {
      const size = yield* sizeOf(file)
      const counts = { imported: 0, existing: 0, blank: 0, invalid: 0 }
      let withIgnored = 0
      yield* Effect.gen(function* () {
        const organisation = yield* organisationNamed(name)
        const writeId = yield* idsWriter(ids, file)
        const { at, say } = yield* progress("Importing", size)
        const lines = Stream.fromAsyncIterable(
          linesOf(isStandardInput(file) ? stdin : createReadStream(file)),
          unreadable(file)
        )
        yield* lines.pipe(
          Stream.mapEffect((line) => Effect.map(importLine(organisation, line), (outcome) => ({ line, outcome })), {
            concurrency: 8
          }),
          Stream.runForEach(
            Effect.fnUntraced(function* ({ line, outcome }) {
              counts[outcome.kind] += 1
              if (outcome.kind === "invalid") yield* say(`line ${line.number}: ${outcome.problem}`)
              if (outcome.kind === "imported" || outcome.kind === "existing") {
                yield* writeId(line.number, outcome.id)
                if (outcome.ignored.length > 0 && ++withIgnored <= reportedIgnored) {
                  yield* say(`line ${line.number}: ignored ${firstOf(outcome.ignored)}`)
                }
              }
              yield* at(line.end)
            })
          )
        )
      }).pipe(Effect.scoped, onDatabase)
      if (withIgnored > 0) {
        const lines = withIgnored === 1 ? "1 line has" : `${withIgnored} lines have`
        yield* Console.error(`${lines} unknown members, which were ignored: docs/api.md has the known ones.`)
      }
      yield* Console.log(
        `Imported ${counts.imported === 1 ? "1 contact" : `${counts.imported} contacts`}; ${counts.existing} already existed or ${counts.existing === 1 ? "was" : "were"} repeated.`
      )
      if (counts.invalid === 0) return
      const message =
        counts.invalid === 1
          ? "1 line was not imported: correct it and run the same command again."
          : `${counts.invalid} lines were not imported: correct them and run the same command again.`
      return yield* new CommandFailure({ message })
    })
).pipe(
  Command.withShortDescription("Import contact information from a file"),
  Command.withDescription(
    `Imports contact information. Each line of the file is a JSON object with the parameters of
  POST contact_information/create, in at most ${largestBody} bytes; unknown members are reported and ignored. The
  command reports each invalid line with its number and its problems, imports all other lines, and then exits with
  code 1. It is safe to run again: the id of a contact is derived from the text of its line, so an imported line is not
  stored again. For the same reason, identical lines are one contact.`
  ),
  Command.withExamples([
    {
      command: `echo '{"type":"PERSON","life_cycle_state":"MARKETING","first_name":"Anna","last_name":"Lee"}' > contacts.jsonl`,
      description: "Write a file with one contact"
    },
    { command: `${commandLine} import contacts contacts.jsonl --organisation ACME`, description: "Import it" },
    {
      command: `${commandLine} import contacts contacts.jsonl --organisation ACME --ids ids.jsonl`,
      description: "Also write the id of each contact with its line number"
    }
  ])
)

/** The group of commands that import data. */
export const imports = Command.make("import").pipe(
  Command.withShortDescription("Import contacts from a file"),
  Command.withDescription("Imports contacts from a file."),
  Command.withSubcommands([contacts])
)
