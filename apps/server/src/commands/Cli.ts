/** The command line: its commands, and how it tells that it does not understand. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer } from "effect"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { imports } from "./Import.ts"
import { migrate } from "./Migrate.ts"
import { organisation } from "./Organisation.ts"
import { seed } from "./Seed.ts"
import { token } from "./Token.ts"
import { user } from "./User.ts"

/** What is wrong with the arguments, without those that may be secrets. */
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

/** Help goes to standard output; what is not understood is told in one sentence. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(`${event.errors.map(describe).join(", ")}: see ${event.commandPath.join(" ")} --help.`)
      : CliOutput.defaultPresenter.present(event)
}

const settings = Layer.mergeAll(
  CliConfig.layer({ builtIns: [GlobalFlag.Help] }),
  CliOutput.layerPresenter(presenter),
  CliOutput.layer(CliOutput.defaultFormatter({ globalFlags: "none" }))
)

/** The whole command line; it is named as it is typed. */
export const cli = Command.make("npm run cli --").pipe(
  Command.withDescription(
    `Sets up and fills the database of Communications. It is the one that the server uses too: DATABASE_URL names a
  PostgreSQL; without it, it is the embedded one in DATA_DIR (./data), which one process at a time may use: stop the
  server first.`
  ),
  Command.withSubcommands([
    { group: "Set up", commands: [migrate, organisation, user, token] },
    { group: "Fill", commands: [imports, seed] }
  ]),
  Command.withExamples([
    { command: "npm run cli -- user create --help", description: "Every command explains itself" },
    { command: "npm run cli -- organisation create ACME", description: "From nothing: first an organisation" },
    { command: "npm run cli -- user create anna --organisation ACME", description: "Then a user, who may log in" }
  ]),
  Command.run({ version: "" }),
  Effect.provide(Layer.mergeAll(NodeServices.layer, settings))
)
