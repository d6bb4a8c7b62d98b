import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { cli } from "./commands/Cli.ts"

cli.pipe(
  Effect.tapErrorTag(["StartupFailure", "CommandFailure"], ({ message }) => Console.error(message)),
  NodeRuntime.runMain
)
