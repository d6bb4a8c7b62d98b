import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { configuration } from "../Configuration.ts"
import * as Database from "../Database.ts"

/** The command that applies pending migrations. */
export const migrate = Command.make(
  "migrate",
  {},
  Effect.fnUntraced(function* () {
    const settings = yield* configuration
    const applied = yield* Effect.provide(Database.applyMigrations(settings), Database.connection(settings))
    for (const [id, name] of applied) yield* Console.log(`Applied migration ${id}: ${name.replaceAll("_", " ")}.`)
    yield* Console.log(applied.length === 0 ? "The schema is already up to date." : "The schema is now up to date.")
  })
).pipe(
  Command.withShortDescription("Apply pending migrations"),
  Command.withDescription(
    "Applies pending migrations and prints their names. The server and all other commands also apply them when they\n  start; use this command to choose the time. Several processes may run it at once."
  )
)
