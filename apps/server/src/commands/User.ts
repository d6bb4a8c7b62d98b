import { Accounts, freshHex, Name, UserId } from "@communications/core"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, organisationFlag, organisationNamed, quoted } from "./OnDatabase.ts"
import { newPassword } from "./Password.ts"

const create = Command.make(
  "create",
  {
    username: Argument.String("USERNAME").pipe(
      Argument.withMetavar("text"),
      Argument.withDescription("The user name for logging in, 1 to 100 characters, unique in the organisation"),
      Argument.withSchema(Name)
    ),
    organisation: organisationFlag
  },
  ({ username, organisation: name }) =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const organisation = yield* organisationNamed(name)
      const password = yield* newPassword
      yield* accounts.addUser({ organisation, user: UserId.make(yield* freshHex) }, username, password)
      yield* Console.log(
        `User ${quoted(username)} of ${quoted(name)} is created. To log in, send POST authentication/token.`
      )
    }).pipe(
      Effect.catchTag("OrganisationNotFound", Effect.die),
      Effect.catchTag("UserExists", () =>
        Effect.fail(
          new CommandFailure({
            message: `${quoted(name)} already has a user ${quoted(username)}: choose another name.`
          })
        )
      ),
      onDatabase
    )
).pipe(
  Command.withShortDescription("Create a user with a password"),
  Command.withDescription(
    "Creates a user of an organisation. The command prompts for the password and hides it. If standard input is not a\n  terminal, the password is its first line. It is never an argument, which other users of the machine could see.\n  It needs at least 8 characters, and may not be one of the most common passwords."
  ),
  Command.withExamples([
    { command: "npm run cli -- user create anna --organisation ACME", description: "Prompts for the password" },
    {
      command: "npm run cli -- user create anna --organisation ACME < password.txt",
      description: "Reads the password from a file"
    }
  ])
)

/** The group of commands on users. */
export const user = Command.make("user").pipe(
  Command.withShortDescription("Create users"),
  Command.withDescription("Creates users, who log in with a password."),
  Command.withSubcommands([create])
)
