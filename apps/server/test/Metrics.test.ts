import { Events, MetricsEnabled } from "@communications/core"
import { adapterCredentials, adapterPorts, adapterToken } from "@communications/test-support/adapterPorts"
import { freePort } from "@communications/test-support/freePort"
import { rawConnection } from "@communications/test-support/rawConnection"
import { Effect, Layer, Metric, Option } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import * as MetricsServer from "../src/observability/MetricsServer.ts"
import { metrics, layer as serverMetrics } from "../src/observability/ServerMetrics.ts"
import { listening } from "./listening.ts"

const openSubscription = Layer.effectDiscard(
  Effect.flatMap(Events, (events) => Effect.orDie(events.open("letters", "beginning")))
)

describe("the metrics of the server", () => {
  let close = async () => {}
  afterEach(() => close())

  const started = async (isEnabled: boolean) => {
    const registry: Metric.MetricRegistry = new Map()
    const metricsPort = await freePort()
    const ports = Layer.merge(
      MetricsServer.layer({
        ...{ metricsHost: "127.0.0.1", metricsPort: Option.some(metricsPort) }
      }),
      serverMetrics
    ).pipe(
      Layer.provideMerge(openSubscription),
      Layer.provideMerge(adapterPorts),
      Layer.provideMerge(Layer.succeed(MetricsEnabled, isEnabled)),
      Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, registry)),
      Layer.orDie
    )
    const server = await listening(ports)
    close = server.close
    const post = (operation: string, body: object) =>
      fetch(`http://127.0.0.1:${server.port}/crmapi/rest/v2/${operation}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body)
      }).then((response) => response.text())
    const scrape = (path = "/metrics", method = "GET") => fetch(`http://127.0.0.1:${metricsPort}${path}`, { method })
    const use = async () => {
      const complete = { token: adapterToken, communication_identifier: { number: "41" } }
      for (const body of [complete, complete, { ...complete, token: "x" }]) await post("communications/complete", body)
      for (let attempt = 0; attempt < 6; attempt++)
        await post("authentication/token", { ...adapterCredentials, password: "wrong" })
      await fetch(`http://127.0.0.1:${server.port}/nothing/${adapterToken}`)
      const raw = await rawConnection(server.port)
      raw.socket.write("hello\r\n\r\n")
      await raw.closed
    }
    return { registry, scrape, use }
  }

  it("are served as Prometheus reads them: durations by operation and code, and refusals by code", async () => {
    const { scrape, use } = await started(true)
    await use()
    const response = await scrape()
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    const lines = (await response.text()).split("\n")
    for (const [operation, code, count] of [
      ["communications/complete", "OK", 1],
      ["communications/complete", "NOT_DRAFT", 1],
      ["communications/complete", "INVALID_TOKEN", 1],
      ["authentication/token", "INVALID_CREDENTIALS", 5],
      ["authentication/token", "TOO_MANY_ATTEMPTS", 1],
      ["none", "NOT_FOUND", 1]
    ]) {
      expect(lines).toContain(
        `communications_request_duration_seconds_count{operation="${operation}",code="${code}"} ${count}`
      )
      if (code !== "OK") expect(lines).toContain(`communications_refusals_total{code="${code}"} ${count}`)
    }
    expect(lines).toContain('communications_refusals_total{code="INVALID_PARAMETERS"} 1')
    expect(lines).toContain('communications_subscription_parked_events{subscription="letters"} 0')
    expect(lines.join("\n")).toMatch(/^communications_subscription_lag_seconds\{subscription="letters"\} \d/m)
    expect(lines.join("\n")).toMatch(/^communications_build_info\{version="[\d.]+",node="v[\d.]+"\} 1$/m)
    await expect
      .poll(async () => (await scrape()).text())
      .toMatch(/^communications_event_loop_delay_seconds_count [1-9]/m)
  })

  it("have only the declared names and labels, whose values no client chooses", async () => {
    const { registry, scrape, use } = await started(true)
    await use()
    const declared = new Map(metrics.map(({ name, labels }) => [name, [...labels].sort()]))
    for (const { id, attributes } of registry.values())
      expect(Object.keys(attributes ?? {}).sort()).toEqual(declared.get(id))
    const text = await (await scrape()).text()
    for (const { name } of metrics.filter(({ name }) => !/batch|connections|statements/.test(name)))
      expect(text).toContain(`\n# TYPE ${name} `)
    for (const secret of [adapterToken, ...Object.values(adapterCredentials), "127.0.0.1"])
      expect(text).not.toContain(secret)
  })

  it("are nothing but GET /metrics", async () => {
    const { scrape } = await started(true)
    const status = async (...request: Parameters<typeof scrape>) => (await scrape(...request)).status
    expect([await status("/metrics", "POST"), await status("/"), await status("/metrics", "HEAD")]).toEqual([
      405, 404, 200
    ])
  })

  it("are not recorded while they are off", async () => {
    const { registry, use } = await started(false)
    await use()
    expect([...registry.keys()]).toEqual([])
  })
})
