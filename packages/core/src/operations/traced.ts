import { Effect, Tracer } from "effect"

/**
 * Names what is done in traces. It costs nothing where nobody traces: Effect's own tracer keeps spans that no one can see,
 * each with two captured stacks.
 */
export const traced =
  (name: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.tracer, (tracer) => (tracer === Tracer.nativeTracer ? run : Effect.withSpan(run, name)))
