import { describe, expect, it } from "vitest"
import { metrics } from "../src/observability/ServerMetrics.ts"
import { alerts, dashboardQueries, metricsIn } from "./monitored.ts"

describe("the metrics", () => {
  const declared = new Set<string>(metrics.map(({ name }) => name))

  it("are all on the dashboard, which uses no others", () => {
    expect(metricsIn(dashboardQueries.join("\n"))).toEqual(declared)
  })

  it("of the alerts exist", () => {
    const used = metricsIn(alerts)
    expect(used.size).toBeGreaterThan(3)
    expect([...used].filter((name) => !declared.has(name))).toEqual([])
  })

  it("are named as Prometheus recommends", () => {
    for (const { name, description } of metrics) {
      expect(name).toMatch(/^communications_[a-z_]+$/)
      expect(description).not.toBe("")
    }
  })
})
