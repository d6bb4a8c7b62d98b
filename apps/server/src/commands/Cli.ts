/** The command line: its commands, and how it reports wrong arguments. */
import { Console, Effect, Layer } from "effect"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { version } from "../version.ts"
import { distribute } from "./Distribute.ts"
import { events } from "./Events.ts"
import { grants } from "./Grants.ts"
import { imports } from "./Import.ts"
import { migrate } from "./Migrate.ts"
import { organisation } from "./Organisation.ts"
import { seed } from "./Seed.ts"
import { token } from "./Token.ts"
import { user } from "./User.ts"

/** Describes a wrong argument without repeating its value, which may be a secret. */
const describe = (error: CliError.NonShowHelpErrors): string => {
  switch (error._tag) {
    case "UnknownSubcommand":
      return `there is no command ${error.subcommand}`
    case "UnrecognizedOption":
      return `there is no flag ${error.option}`
    case "MissingOption":
      return `--${error.option} is missing`
    case "MissingArgument":
      return `${error.argument} is missing`
    case "UnexpectedArgument":
      return "there is an argument too many"
    case "InvalidValue":
      return `${error.kind === "flag" ? "--" : ""}${error.option}: expected ${error.expected.replace(/^(.* )?expected /i, "")}`
    default:
      return error.message.replaceAll(/\s+/g, " ")
  }
}

/** Prints help and the version to standard output, and wrong arguments to standard error in one sentence. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "InvalidInvocation":
        return Console.error(`${event.errors.map(describe).join(", ")}: see ${event.commandPath.join(" ")} --help.`)
      case "Version":
        return Console.log(`communications ${event.version}`)
      default:
        return CliOutput.defaultPresenter.present(event)
    }
  }
}

const settings = Layer.mergeAll(
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] }),
  CliOutput.layerPresenter(presenter),
  CliOutput.layer(CliOutput.defaultFormatter({ globalFlags: "none" }))
)

/** All commands, below the one that users type. The table in the docs follows from it. */
export const commands = Command.make(commandLine).pipe(
  Command.withDescription(
    `Sets up and fills the database that the server uses: the PostgreSQL named by DATABASE_URL or, if that is unset, the
  embedded database in DATA_DIR (./data). Only one process at a time can use the embedded one: stop the server first.`
  ),
  Command.withSubcommands([
    { group: "Set up", commands: [migrate, grants, distribute, organisation, user, token] },
    { group: "Fill", commands: [imports, seed] },
    { group: "Repair", commands: [events] }
  ]),
  Command.withExamples([
    { command: `${commandLine} user create --help`, description: "Show how to use a command" },
    { command: `${commandLine} organisation create ACME`, description: "Begin with an organisation" },
    { command: `${commandLine} user create anna --organisation ACME`, description: "Add a user to it" }
  ])
)

/** Runs the command that the arguments name, and prints an expected failure in one sentence. */
export const cli = Command.run(commands, { version }).pipe(
  Effect.tapErrorTag(["StartupFailure", "CommandFailure"], ({ message }) => Console.error(message)),
  Effect.provide(settings)
)
