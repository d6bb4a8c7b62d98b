import { declareMetric, isTracerInstalled, MetricsEnabled } from "@communications/core"
import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Metric, Tracer } from "effect"
import { traced } from "../src/operations/traced.ts"

it.effect("metrics are off by default", () =>
  Effect.map(MetricsEnabled, (enabled) => assert.strictEqual(enabled, false))
)

it("a declared metric is made once for each combination of its labels, with its name and description", () => {
  const made: Array<unknown> = []
  const declaration = {
    name: "requests",
    description: "Requests",
    unit: "{request}",
    labels: ["operation", "code"]
  } as const
  const { with: withLabels, ...declared } = declareMetric(declaration, (name, options) => {
    made.push([name, options])
    return Metric.counter(name, options)
  })
  const ok = { operation: "complete", code: "OK" }
  const metric = withLabels(ok)
  assert.strictEqual(withLabels({ ...ok }), metric)
  assert.notStrictEqual(withLabels({ ...ok, code: "NOT_DRAFT" }), metric)
  assert.notStrictEqual(withLabels({ ...ok, operation: "show" }), metric)
  assert.strictEqual(made.length, 3)
  assert.deepStrictEqual(made[0], ["requests", { description: "Requests", attributes: ok }])
  assert.deepStrictEqual(declared, declaration)
})

it("Effect's own tracer does not count as installed", () => {
  assert.isFalse(isTracerInstalled(Tracer.nativeTracer))
  assert.isTrue(isTracerInstalled(Tracer.make({ span: Tracer.nativeTracer.span })))
})

it.effect("a defect in a span names the span, and no place in the code, which takes a stack trace", () =>
  Effect.gen(function* () {
    const tracer = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })
    const exit = yield* Effect.exit(Effect.withTracer(traced("one")(Effect.die(new Error("a defect"))), tracer))
    assert.strictEqual(Exit.isFailure(exit) && Cause.pretty(exit.cause).split("\n").at(-1), "    at one")
  })
)
