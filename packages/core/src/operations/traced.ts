import { Effect } from "effect"
import { isTracerInstalled } from "../isTracerInstalled.ts"

/** Runs an effect in a span, but only if a tracer is installed. */
export const traced =
  (name: string) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.tracer, (tracer) =>
      isTracerInstalled(tracer) ? Effect.withSpan(run, name, { captureStackTrace: false }) : run
    )
