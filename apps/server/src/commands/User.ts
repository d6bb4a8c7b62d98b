import {
  Accounts,
  changePassword,
  disableUser,
  freshHex,
  Name,
  type OrganisationId,
  UserId,
  type UserNotFound
} from "@communications/core"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { CommandFailure } from "./CommandFailure.ts"
import {
  type Failure,
  onDatabase,
  organisationFlag,
  organisationNamed,
  quoted,
  sessionsOf,
  withUser
} from "./OnDatabase.ts"
import { newPassword } from "./Password.ts"
import { printAll } from "./PrintAll.ts"

const usernameArgument = (description: string) =>
  Argument.String("USERNAME").pipe(
    Argument.withMetavar("text"),
    Argument.withDescription(description),
    Argument.withSchema(Name)
  )

const create = Command.make(
  "create",
  {
    username: usernameArgument("The user name for logging in, 1 to 100 characters, unique in the organisation"),
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
    { command: `${commandLine} user create anna --organisation ACME`, description: "Prompts for the password" },
    {
      command: `${commandLine} user create anna --organisation ACME < password.txt`,
      description: "Reads the password from a file"
    }
  ])
)

const list = Command.make("list", { organisation: organisationFlag }, ({ organisation: name }) =>
  Effect.gen(function* () {
    const accounts = yield* Accounts
    const organisation = yield* organisationNamed(name)
    const count = yield* printAll(
      (page) => accounts.users(organisation, page),
      ({ username }) => username
    )
    yield* Console.error(`${count === 1 ? "1 user" : `${count} users`} of ${quoted(name)}.`)
  }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("List the users of an organisation"),
  Command.withDescription(
    "Lists the users of an organisation by name, one JSON object a line. `disabled_at` is null if the user can log in. The\n  id is the one in the history of communications."
  ),
  Command.withExamples([{ command: `${commandLine} user list --organisation ACME`, description: "Prints each user" }])
)

/** Makes a command that changes one existing user, and reports what it did in the rest of a sentence. */
const change = <R>(
  method: "password" | "disable" | "enable",
  run: (organisation: OrganisationId, username: Name) => Effect.Effect<string, Failure | UserNotFound, R>,
  short: string,
  description: string
) =>
  Command.make(
    method,
    { username: usernameArgument("The user name"), organisation: organisationFlag },
    ({ username, organisation: name }) =>
      Effect.gen(function* () {
        const organisation = yield* organisationNamed(name)
        const done = yield* run(organisation, username)
        yield* Console.log(`User ${quoted(username)} of ${quoted(name)} ${done}.`)
      }).pipe(withUser(name), onDatabase)
  ).pipe(
    Command.withShortDescription(short),
    Command.withDescription(description),
    Command.withExamples([{ command: `${commandLine} user ${method} anna --organisation ACME`, description: short }])
  )

const password = change(
  "password",
  Effect.fnUntraced(function* (organisation, username) {
    yield* (yield* Accounts).user(organisation, username) // before it asks for the password
    const ended = yield* changePassword(organisation, username, yield* newPassword)
    return `has a new password; ${sessionsOf(ended)} ended`
  }),
  "Change the password of a user",
  "Replaces the password of a user, and ends all sessions of the user, on every server. The command asks for the new\n  password as user create does."
)

const disable = change(
  "disable",
  Effect.fnUntraced(function* (organisation, username) {
    const { ended, wasDisabled } = yield* disableUser(organisation, username)
    return `${wasDisabled ? "was disabled before" : "is disabled"}; ${sessionsOf(ended)} ended`
  }),
  "Refuse log-ins of a user",
  "Refuses log-ins of a user, and ends all sessions of the user, on every server. The response to a log-in is the same\n  as with a wrong password. The user and the history stay; user enable undoes it."
)

const enable = change(
  "enable",
  Effect.fnUntraced(function* (organisation, username) {
    yield* (yield* Accounts).enable(organisation, username)
    return "can log in"
  }),
  "Accept log-ins of a user again",
  "Accepts log-ins of a disabled user again, with the same password."
)

/** The group of commands on users. */
export const user = Command.make("user").pipe(
  Command.withShortDescription("Create, list, disable and enable users; change passwords"),
  Command.withDescription("Commands for users, who log in with a password."),
  Command.withSubcommands([create, list, password, disable, enable])
)
