import { Tracer } from "effect"

/**
 * Whether spans go anywhere (decision 14). Effect's native tracer does not count: its spans are never exported, and each
 * captures two stack traces.
 */
export const isTracerInstalled = (tracer: Tracer.Tracer): boolean => tracer !== Tracer.nativeTracer
