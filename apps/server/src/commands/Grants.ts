import { grantsSql } from "@communications/postgres"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { configuration } from "../Configuration.ts"
import { commandLine } from "../commandLine.ts"

const role = Flag.String("role").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("A role of PostgreSQL (required)"),
  Flag.withSchema(Schema.NonEmptyString)
)

/** The command that prints the rights of the role that serves. */
export const grants = Command.make(
  "grants",
  { role },
  Effect.fnUntraced(function* ({ role }) {
    const { databaseSchema } = yield* configuration
    yield* Console.log(grantsSql({ schema: databaseSchema, role }))
  })
).pipe(
  Command.withShortDescription("Print the rights that a role needs to serve"),
  Command.withDescription(
    "Prints the SQL that grants a role the rights to serve on the tables in DATABASE_SCHEMA. It does not connect to the\n  database: run the SQL as an administrator, or as the owner of the tables and of the schema; again after each\n  upgrade."
  ),
  Command.withExamples([{ command: `${commandLine} grants --role crm_app`, description: "Prints it" }])
)
