import { Accounts, Sessions } from "@communications/core"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, organisationFlag, organisationNamed, quoted } from "./OnDatabase.ts"

const release = Command.make(
  "release",
  {
    user: Flag.String("user").pipe(
      Flag.withMetavar("USERNAME"),
      Flag.withDescription("Whose sessions end (mandatory)")
    ),
    organisation: organisationFlag
  },
  ({ user, organisation: name }) =>
    Effect.gen(function* () {
      const [accounts, sessions] = [yield* Accounts, yield* Sessions]
      const caller = yield* accounts.user(yield* organisationNamed(name), user)
      const released = yield* sessions.releaseAll(caller)
      const ended = released === 1 ? "1 session is" : `${released} sessions are`
      yield* Console.log(`${ended} ended; ${quoted(user)} of ${quoted(name)} may log in again.`)
    }).pipe(
      Effect.catchTag("UserNotFound", () =>
        Effect.fail(
          new CommandFailure({
            message: `${quoted(name)} has no user ${quoted(user)}: check the name, or create it with user create.`
          })
        )
      ),
      onDatabase
    )
).pipe(
  Command.withShortDescription("End all sessions of a user at once"),
  Command.withDescription(
    "Ends all sessions of a user at once, on every server: each token becomes invalid. For when one may be known to\n  others. The password stays."
  ),
  Command.withExamples([
    {
      command: "npm run cli -- token release --user anna --organisation ACME",
      description: "Tells how many sessions there were"
    }
  ])
)

/** The commands on tokens. */
export const token = Command.make("token").pipe(
  Command.withShortDescription("End the sessions of a user"),
  Command.withDescription("Tokens: what stands for a user who has logged in."),
  Command.withSubcommands([release])
)
