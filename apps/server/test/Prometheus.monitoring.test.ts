import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { freePort } from "@communications/test-support/freePort"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { metrics } from "../src/observability/ServerMetrics.ts"
import { completing } from "./documented.ts"
import { installed } from "./installed.ts"
import { dashboardQueries } from "./monitored.ts"

const executable = (name: string, variable: string): string =>
  installed(
    process.env[variable] ?? `/usr/bin/${name}`,
    `install Debian's package prometheus (apt-get install prometheus), or set ${variable} to its path`
  )

describe("Prometheus", () => {
  let [metricsUrl, prometheusUrl] = ["", ""]
  const promtool =
    (...parameters: ReadonlyArray<string>) =>
    (input?: string) =>
      execFileSync(executable("promtool", "PROMTOOL"), parameters, { encoding: "utf8", input, stdio: "pipe" })

  beforeAll(async () => {
    const [metricsPort, port] = [await freePort(), await freePort()]
    metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
    prometheusUrl = `http://127.0.0.1:${port}`
    const server = start("main", { DATA_DIR: await freshFolder(), METRICS_PORT: String(metricsPort) })
    const url = await server.url()
    for (let request = 0; request < 3; request++) await completing(url)
    const folder = await freshFolder()
    const configuration = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [resolve("docs/alerts.yml")],
      scrape_configs: [{ job_name: "communications", static_configs: [{ targets: [`127.0.0.1:${metricsPort}`] }] }]
    }
    await writeFile(join(folder, "prometheus.yml"), JSON.stringify(configuration)) // JSON is YAML
    const prometheus = spawn(
      executable("prometheus", "PROMETHEUS"),
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`
      ],
      { stdio: "ignore" }
    )
    const stopped = once(prometheus, "exit")
    stop = async () => {
      prometheus.kill()
      await stopped
    }
    await vi.waitUntil(async () => (await query("communications_build_info").catch(() => [])).length > 0, {
      timeout: 120_000,
      interval: 200
    })
  }, 240_000)
  let stop = async () => {}
  afterAll(async () => {
    await stop()
    await endAll()
  }, 60_000)

  /** Runs a query, and returns its series. */
  const query = async (text: string): Promise<ReadonlyArray<unknown>> => {
    const response = await fetch(`${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: text })}`)
    const { status, error, data } = JSON.parse(await response.text())
    if (status !== "success") throw new Error(`${text}: ${error}`)
    return data.result
  }

  it("finds nothing to improve in the metrics", async () => {
    expect(promtool("check", "metrics")(await (await fetch(metricsUrl)).text())).toBe("")
  })

  it("reads the metrics that the server always has", async () => {
    const response = await fetch(`${prometheusUrl}/api/v1/label/__name__/values`)
    const { data }: { readonly data: ReadonlyArray<string> } = JSON.parse(await response.text())
    const found = new Set(data.map((name) => name.replace(/_(bucket|sum|count)$/, "")))
    const ofSubscriptions = /_subscription_/
    for (const { name } of metrics.filter(({ name }) => !ofSubscriptions.test(name))) expect([...found]).toContain(name)
    expect(await query('up{job="communications"} == 1')).toHaveLength(1)
  })

  it("runs each query of the dashboard, and finds what happened", async () => {
    expect(dashboardQueries.length).toBeGreaterThan(10)
    for (const text of dashboardQueries) await query(text.replaceAll("$__rate_interval", "1m"))
    const completed = 'communications_request_duration_seconds_count{operation="communications/complete"}'
    expect((await query(completed)).length).toBeGreaterThan(0)
  })

  it("loads the alerts, and their tests pass", async () => {
    expect(promtool("check", "rules", "docs/alerts.yml")()).toContain("SUCCESS: 5 rules found")
    expect(promtool("test", "rules", "docs/alerts.test.yml")()).toContain("SUCCESS")
    const { data } = JSON.parse(await (await fetch(`${prometheusUrl}/api/v1/rules`)).text())
    expect(data.groups[0].rules.map(({ health }: { readonly health: string }) => health)).not.toContain("err")
  })
})
