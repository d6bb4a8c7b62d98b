import { inspect } from "node:util"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { Cause, Effect, Exit, Layer, Logger, References, Tracer } from "effect"
import { Api, type Memory } from "./Client.ts"

/** The part of a span that tracers export: includes the texts of errors, but no values. */
const exported = ({ name, attributes, events, status }: Tracer.NativeSpan) => {
  const cause = status._tag === "Ended" && Exit.isFailure(status.exit) ? status.exit.cause : Cause.empty
  const errors = Cause.prettyErrors(cause, { includeCauseInStack: true })
  return [name, [...attributes], events, errors.map(({ name, message, stack }) => [name, message, stack])]
}

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
    Effect.map((value) => ({
      value,
      lines,
      spans: inspect(spans, { depth: 12 }),
      exported: inspect(spans.map(exported), { depth: Infinity, maxArrayLength: null, maxStringLength: null })
    }))
  )
}
