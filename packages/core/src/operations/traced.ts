import { Effect, Tracer } from "effect"

/**
 * Runs an effect in a span, but only if a tracer is installed (decision 14). Effect's native tracer does not count: its
 * spans are never exported, and each captures two stack traces.
 */
export const traced =
  (name: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.tracer, (tracer) =>
      tracer === Tracer.nativeTracer ? run : Effect.withSpan(run, name, { captureStackTrace: false })
    )
