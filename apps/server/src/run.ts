import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Console, Effect, Exit, Runtime } from "effect"
import type { StartupFailure } from "./StartupFailure.ts"

/** Runs a program to its end: code 0 when it is done or asked to stop, else 1, and one sentence where it cannot start. */
export const run = <A>(program: Effect.Effect<A, StartupFailure>): void =>
  program.pipe(
    Effect.tapErrorTag("StartupFailure", ({ message }) => Console.error(message)),
    NodeRuntime.runMain({
      teardown: (exit, onExit) =>
        Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)
    })
  )
