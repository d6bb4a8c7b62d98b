import { Accounts, freshHex, Name, OrganisationId } from "@communications/core"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, quoted } from "./OnDatabase.ts"
import { printAll } from "./PrintAll.ts"

const create = Command.make(
  "create",
  {
    name: Argument.String("NAME").pipe(
      Argument.withMetavar("text"),
      Argument.withDescription("The name of the organisation, 1 to 100 characters. Users need it to log in"),
      Argument.withSchema(Name)
    )
  },
  ({ name }) =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      yield* accounts.addOrganisation(OrganisationId.make(yield* freshHex), name)
      yield* Console.log(`Organisation ${quoted(name)} is created. Now create a user:`)
      yield* Console.log(`  ${commandLine} user create USERNAME --organisation ${shellWord(name)}`)
    }).pipe(
      Effect.catchTag("OrganisationExists", () =>
        Effect.fail(
          new CommandFailure({
            message: `The organisation ${quoted(name)} already exists: add users with ${commandLine} user create, or choose another name.`
          })
        )
      ),
      onDatabase
    )
).pipe(
  Command.withShortDescription("Create an organisation"),
  Command.withDescription("Creates an organisation. Organisations never see each other's data."),
  Command.withExamples([{ command: `${commandLine} organisation create ACME`, description: "Prints the next step" }])
)

const list = Command.make("list", {}, () =>
  Effect.gen(function* () {
    const accounts = yield* Accounts
    const count = yield* printAll(accounts.organisations, ({ name }) => name)
    yield* Console.error(count === 1 ? "1 organisation." : `${count} organisations.`)
  }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("List the organisations"),
  Command.withDescription("Lists the organisations by name, one JSON object a line."),
  Command.withExamples([{ command: `${commandLine} organisation list`, description: "Prints each id and name" }])
)

/** Quotes a text so that a shell reads it as one word. */
const shellWord = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The group of commands on organisations. */
export const organisation = Command.make("organisation").pipe(
  Command.withShortDescription("Create and list organisations"),
  Command.withDescription("Creates and lists organisations. Each has its own users, contacts and communications."),
  Command.withSubcommands([create, list])
)
