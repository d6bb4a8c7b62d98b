import { inspect } from "node:util"
import { exportedText, recordingTracer } from "@communications/test-support/recordingTracer"
import { Effect, Layer, Logger, References, Tracer } from "effect"
import { LogLimits, makeLogLimits } from "../src/RequestLog.ts"
import { Api, type Memory } from "./Client.ts"

/** Runs a test against the API on these ports, and returns all log lines and spans. */
export const observing = <A, E>(
  ports: typeof Memory,
  test: Effect.Effect<A, E, Layer.Success<typeof Api | typeof Memory>>
) => {
  const lines: Array<string> = []
  const keep = Logger.make((options) => void lines.push(Logger.formatJson.log(options)))
  const { spans, tracer } = recordingTracer()
  return test.pipe(
    Effect.provide(Api.pipe(Layer.provideMerge(ports), Layer.provideMerge(Logger.layer([keep])))),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.provideService(Tracer.Tracer, tracer),
    Effect.provideService(LogLimits, makeLogLimits()),
    Effect.map((value) => ({
      value,
      lines,
      spans: inspect(spans, { depth: 12 }),
      exported: exportedText(spans)
    }))
  )
}
