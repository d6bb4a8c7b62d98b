import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { configuration } from "../Configuration.ts"
import * as Database from "../Database.ts"

/** Brings the schema of the database up to date. */
export const migrate = Command.make(
  "migrate",
  {},
  Effect.fnUntraced(function* () {
    const here = yield* configuration
    const applied = yield* Effect.provide(Database.migrated(here), Database.connection(here))
    for (const [id, name] of applied) yield* Console.log(`Applied migration ${id}, ${name.replaceAll("_", " ")}.`)
    yield* Console.log(applied.length === 0 ? "The schema was up to date already." : "The schema is up to date.")
  })
).pipe(
  Command.withShortDescription("Bring the schema of the database up to date"),
  Command.withDescription(
    "Brings the schema of the database up to date, and tells what that took. The server and every other command do\n  so before anything else; this is for doing it at a time of your choice. Several may run at once."
  )
)
