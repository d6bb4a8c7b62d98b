import * as NodeServices from "@effect/platform-node/NodeServices"
import { ConfigProvider, Console, Effect, Exit, Layer, Stdio, Stream } from "effect"
import { cli } from "../src/commands/Cli.ts"

/** How a command ends, and everything it prints. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process, which takes a fraction of the time of starting one. */
export const runCommand = async (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  input: string | Uint8Array = ""
): Promise<Ended> => {
  const [stdout, stderr]: [Array<string>, Array<string>] = [[], []]
  const console: Console.Console = {
    ...globalThis.console,
    log: (line) => stdout.push(`${line}\n`),
    error: (line) => stderr.push(`${line}\n`)
  }
  const stdio = Stdio.layerTest({ args: Effect.succeed(args), stdin: Stream.succeed(Buffer.from(input)) })
  const exit = await cli.pipe(
    Effect.provideService(Console.Console, console),
    Effect.provide(Layer.mergeAll(NodeServices.layer, stdio, ConfigProvider.layer(ConfigProvider.fromEnv({ env })))),
    Effect.runPromiseExit
  )
  return { code: Exit.isSuccess(exit) ? 0 : 1, stdout: stdout.join(""), stderr: stderr.join("") }
}
