import { MetricsEnabled } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { createHandler, requestMetrics } from "@communications/http"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { Context, Layer, Metric } from "effect"
import { afterEach, describe, expect, it } from "vitest"

const contextOf = (registry: Metric.MetricRegistry) => Context.make(Metric.MetricRegistry, registry)

describe("the metrics of requests", () => {
  let dispose = async () => {}
  afterEach(() => dispose())

  /** Sends requests one after the other, and returns the metrics and how long that took, in seconds. */
  const measure = async (isEnabled: boolean, ...urls: ReadonlyArray<string>) => {
    const registry: Metric.MetricRegistry = new Map()
    const reported = Layer.mergeAll(
      Layer.succeed(MetricsEnabled, isEnabled),
      Layer.succeed(Metric.MetricRegistry, registry)
    )
    const handler = createHandler(Layer.merge(adapterPorts, reported))
    dispose = handler.dispose
    const began = performance.now()
    for (const url of urls) await (await handler(new Request(`http://localhost${url}`))).text()
    return { registry, metrics: Metric.snapshotUnsafe(contextOf(registry)), took: (performance.now() - began) / 1_000 }
  }

  it("count durations in seconds by operation and code, and refusals by code", async () => {
    const list = "/crmapi/rest/v2/communications/list"
    const { metrics, took } = await measure(true, "/health/live", "/health/live", list, "/nothing")
    const counted = metrics.map((metric) => [
      ...[metric.id, metric.attributes],
      metric.type === "Histogram" || metric.type === "Counter" ? metric.state.count : undefined
    ])
    const duration = (operation: string, code: string, count: number) => [
      ...[requestMetrics.duration.name, { operation, code }, count]
    ]
    const refusals = (code: string) => [requestMetrics.refusals.name, { code }, 1]
    expect(counted).toHaveLength(5)
    expect(counted).toEqual(
      expect.arrayContaining([
        duration("health/live", "OK", 2),
        duration("communications/list", "INVALID_PARAMETERS", 1),
        duration("none", "NOT_FOUND", 1),
        ...[refusals("INVALID_PARAMETERS"), refusals("NOT_FOUND")]
      ])
    )
    const sums = metrics.map((metric) => (metric.type === "Histogram" ? metric.state.sum : 0))
    for (const sum of sums) expect(sum).toBeGreaterThanOrEqual(0)
    expect(sums.reduce((total, sum) => total + sum, 0)).toBeLessThanOrEqual(took)
  })

  it("are not counted unless they are enabled", async () => {
    expect((await measure(false, "/health/live")).registry.size).toBe(0)
  })

  it("have buckets from a millisecond to ten seconds, and a counter that only increases", () => {
    const context = contextOf(new Map())
    const duration = requestMetrics.duration.with({ operation: freshId(), code: "OK" })
    const { buckets } = duration.valueUnsafe(context)
    const bounds = buckets.map(([bound]) => bound)
    expect([bounds[0], bounds.at(-1)]).toEqual([0.001, 10])
    const refusals = requestMetrics.refusals.with({ code: freshId() })
    refusals.updateUnsafe(2, context)
    refusals.updateUnsafe(-1, context)
    expect(refusals.valueUnsafe(context)).toEqual({ count: 2, incremental: true })
    for (const metric of Metric.snapshotUnsafe(context)) {
      const { description } = Object.values(requestMetrics).find(({ name }) => name === metric.id) ?? {}
      expect(metric.description).toBe(description)
    }
  })
})
