import { Cause, type Effect, Exit, type Fiber, Layer, ManagedRuntime, References } from "effect"
import type { Ports } from "./ports/index.ts"

/** Runs effects on the ports of a host without Effect. */
export interface PortsRuntime {
  /** Rejects with the error or the defect of the effect. */
  readonly runPromise: <A, E>(effect: Effect.Effect<A, E, Ports>) => Promise<A>
  readonly runFork: <A, E>(effect: Effect.Effect<A, E, Ports>) => Fiber.Fiber<A, E>
  /** Interrupts what runs, and releases the ports. From then on the other functions reject or throw. */
  readonly dispose: () => Promise<void>
}

/** Makes a `PortsRuntime`, which logs warnings and errors; the ports can set another level. */
export const makePortsRuntime = (ports: Layer.Layer<Ports>): PortsRuntime => {
  const runtime = ManagedRuntime.make(Layer.merge(Layer.succeed(References.MinimumLogLevel, "Warn"), ports))
  let isDisposed = false
  const disposed = () => new Error("dispose() was called: make new methods with createCommunications")
  const usable = () => {
    if (isDisposed) throw disposed()
    return runtime
  }
  return {
    runPromise: async (effect) => {
      const exit = await usable().runPromiseExit(effect)
      if (Exit.isSuccess(exit)) return exit.value
      throw isDisposed && Cause.hasInterruptsOnly(exit.cause) ? disposed() : Cause.squash(exit.cause)
    },
    runFork: (effect) => usable().runFork(effect),
    dispose: () => {
      isDisposed = true
      return runtime.dispose()
    }
  }
}
