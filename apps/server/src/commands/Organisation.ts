import { Accounts, freshHex, Name, OrganisationId } from "@communications/core"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, quoted } from "./OnDatabase.ts"

const create = Command.make(
  "create",
  {
    name: Argument.String("NAME").pipe(
      Argument.withMetavar("text"),
      Argument.withDescription("Its name, 1 to 100 characters; users give it to log in"),
      Argument.withSchema(Name)
    )
  },
  ({ name }) =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      yield* accounts.addOrganisation(OrganisationId.make(yield* freshHex), name)
      yield* Console.log(`Organisation ${quoted(name)} is created. Now give it a user:`)
      yield* Console.log(`  npm run cli -- user create USERNAME --organisation ${shellWord(name)}`)
    }).pipe(
      Effect.catchTag("OrganisationExists", () =>
        Effect.fail(
          new CommandFailure({
            message: `There is an organisation ${quoted(name)} already: choose another name, or give it users with user create.`
          })
        )
      ),
      onDatabase
    )
).pipe(
  Command.withShortDescription("Create an organisation"),
  Command.withDescription("Creates an organisation. Nothing of one organisation is ever seen by another."),
  Command.withExamples([{ command: "npm run cli -- organisation create ACME", description: "Tells what to do next" }])
)

/** A text as a shell takes it for one word. */
const shellWord = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The commands on organisations. */
export const organisation = Command.make("organisation").pipe(
  Command.withShortDescription("Create organisations, to which everything else belongs"),
  Command.withDescription("Organisations: whose communications these are."),
  Command.withSubcommands([create])
)
