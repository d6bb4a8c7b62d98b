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
      Argument.withDescription("The name to log in with, 1 to 100 characters, unique in the organisation"),
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
        `User ${quoted(username)} of ${quoted(name)} is created, and may log in: POST authentication/token.`
      )
    }).pipe(
      Effect.catchTag("OrganisationNotFound", Effect.die),
      Effect.catchTag("UserExists", () =>
        Effect.fail(
          new CommandFailure({
            message: `${quoted(name)} has a user ${quoted(username)} already: choose another name.`
          })
        )
      ),
      onDatabase
    )
).pipe(
  Command.withShortDescription("Create a user, who logs in with a password"),
  Command.withDescription(
    "Creates a user of an organisation. The password is asked for, and not shown; where standard input is not a\n  terminal, its first line is the password. It is never an argument, which other users of the machine could see."
  ),
  Command.withExamples([
    { command: "npm run cli -- user create anna --organisation ACME", description: "Asks for the password" },
    {
      command: "npm run cli -- user create anna --organisation ACME < password.txt",
      description: "Reads it from a file"
    }
  ])
)

/** The commands on users. */
export const user = Command.make("user").pipe(
  Command.withShortDescription("Create users, who log in with a password"),
  Command.withDescription("Users: who logs in, and completes communications."),
  Command.withSubcommands([create])
)
