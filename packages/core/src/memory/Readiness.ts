import { Effect, Layer } from "effect"
import { Readiness } from "../ports/Readiness.ts"

/** An in-memory `Readiness`: always ready. */
export const layerMemory: Layer.Layer<Readiness> = Layer.succeed(Readiness, { check: Effect.void })
