import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Console, Effect, Exit, Runtime } from "effect"
import type { StartupFailure } from "./StartupFailure.ts"

/**
 * Runs a program. The process exits with code 0 if the program ends or is stopped by a signal, and otherwise with 1. A
 * `StartupFailure` is printed as one sentence, without a stack.
 */
export const run = <A>(program: Effect.Effect<A, StartupFailure>): void =>
  program.pipe(
    Effect.tapErrorTag("StartupFailure", ({ message }) => Console.error(message)),
    NodeRuntime.runMain({
      teardown: (exit, onExit) =>
        Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)
    })
  )
