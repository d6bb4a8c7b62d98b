import { inspect } from "node:util"
import { Cause, Exit, Tracer } from "effect"

/** Makes a tracer that keeps every span. */
export const recordingTracer = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, tracer }
}

/** The part of a span that tracers export: includes the texts of errors, but no values. */
const exported = ({ name, attributes, events, status }: Tracer.NativeSpan) => {
  const cause = status._tag === "Ended" && Exit.isFailure(status.exit) ? status.exit.cause : Cause.empty
  const errors = Cause.prettyErrors(cause, { includeCauseInStack: true })
  return [name, [...attributes], events, errors.map(({ name, message, stack }) => [name, message, stack])]
}

/** Everything in some spans that tracers export, as text. */
export const exportedText = (spans: ReadonlyArray<Tracer.NativeSpan>): string =>
  inspect(spans.map(exported), { depth: Infinity, maxArrayLength: null, maxStringLength: null })
