import { type Context, Deferred, type Duration, Effect, Exit, Fiber } from "effect"

/**
 * Runs an effect in a fiber of its own, until it ends or `end` is called with another result. Then the effect is
 * interrupted, but not waited for: a statement on a host's handle cannot be cancelled, and on a silent network a driver
 * takes seconds to cancel one. `arm` arranges for `end` to be called, and returns how to undo that. An interruption of the
 * caller waits for the effect, unless `end` is called before it ends.
 */
export const endEarly = <A, E, R>(
  run: Effect.Effect<A, E, R>,
  arm: (end: (result: Effect.Effect<A, E>) => void, context: Context.Context<R>) => () => void
): Effect.Effect<A, E, R> =>
  Effect.contextWith((context: Context.Context<R>) =>
    Effect.callback<A, E>((resume) => {
      const fork = Effect.runForkWith(context)
      const fiber = fork(run)
      const ended = Deferred.makeUnsafe<void>()
      const disarm = arm((result) => {
        resume(result)
        Deferred.doneUnsafe(ended, Exit.void)
        fork(Fiber.interrupt(fiber))
      }, context)
      fiber.addObserver((exit) => {
        disarm()
        resume(exit)
      })
      return Effect.raceFirst(Fiber.interrupt(fiber), Deferred.await(ended))
    })
  )

/** Calls a function after a time on the clock of the context, unless the function that it returns is called before. */
export const startTimer = (context: Context.Context<never>, time: Duration.Input, call: () => void): (() => void) => {
  const fork = Effect.runForkWith(context)
  const timer = fork(Effect.delay(Effect.sync(call), time))
  return () => void fork(Fiber.interrupt(timer))
}
