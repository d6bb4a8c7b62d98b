import { Accounts, Sessions } from "@communications/core"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { onDatabase, organisationFlag, organisationNamed, quoted, sessionsOf, withUser } from "./OnDatabase.ts"

const release = Command.make(
  "release",
  {
    user: Flag.String("user").pipe(
      Flag.withMetavar("USERNAME"),
      Flag.withDescription("The user whose sessions end (required)")
    ),
    organisation: organisationFlag
  },
  ({ user, organisation: name }) =>
    Effect.gen(function* () {
      const [accounts, sessions] = [yield* Accounts, yield* Sessions]
      const caller = yield* accounts.user(yield* organisationNamed(name), user)
      const released = yield* sessions.releaseAll(caller)
      yield* Console.log(`Ended ${sessionsOf(released)} of ${quoted(user)} of ${quoted(name)}.`)
    }).pipe(withUser(name), onDatabase)
).pipe(
  Command.withShortDescription("End all sessions of a user"),
  Command.withDescription(
    "Ends all sessions of a user, on every server: all tokens of the user become invalid at once. Use it if somebody else\n  may know a token. The password does not change."
  ),
  Command.withExamples([
    {
      command: `${commandLine} token release --user anna --organisation ACME`,
      description: "Prints the number of ended sessions"
    }
  ])
)

/** The group of commands on tokens. */
export const token = Command.make("token").pipe(
  Command.withShortDescription("End the sessions of a user"),
  Command.withDescription("Ends the sessions of a user. Logging in starts a session and returns its token."),
  Command.withSubcommands([release])
)
