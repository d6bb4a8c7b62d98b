import { distribute as distributeTables } from "@communications/postgres"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { configuration } from "../Configuration.ts"
import { commandLine } from "../commandLine.ts"
import * as Database from "../Database.ts"
import { CommandFailure } from "./CommandFailure.ts"

/** The command that distributes the tables on Citus. */
export const distribute = Command.make(
  "distribute",
  {},
  Effect.fnUntraced(function* () {
    const distributed = yield* distributeTables.pipe(
      Effect.mapError(
        ({ message }) => new CommandFailure({ message: `The tables cannot be distributed: ${message}.` })
      ),
      Effect.provide(Database.connection(yield* configuration))
    )
    for (const { table, by } of distributed)
      yield* Console.log(by === "reference" ? `Copied ${table} to every node.` : `Distributed ${table} by ${by}.`)
    yield* Console.log(
      distributed.length === 0
        ? "Every table is already distributed."
        : "Every table is distributed. Now start the servers with GROUP_COMMIT=organisation."
    )
  })
).pipe(
  Command.withShortDescription("Distribute the tables on Citus"),
  Command.withDescription(
    "Distributes the tables by organisation over the nodes of a Citus cluster. The database needs the extension citus, and\n  the tables that migrate creates. Stop the servers first. It is safe to run again: it continues with the tables that\n  are not distributed yet."
  ),
  Command.withExamples([{ command: `${commandLine} distribute`, description: "Prints each table that it distributes" }])
)
