import { MetricsEnabled } from "@communications/core"
import { ConfigProvider, Effect, Layer, Result, Tracer } from "effect"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { configuration } from "../src/Configuration.ts"
import * as Telemetry from "../src/observability/Telemetry.ts"
import { otlpReceiver } from "./otlpReceiver.ts"

describe("OpenTelemetry", () => {
  let receiver: Awaited<ReturnType<typeof otlpReceiver>>
  beforeEach(async () => {
    receiver = await otlpReceiver()
  })
  afterEach(() => receiver.close())

  /** Makes a span and a log entry with these variables; returns whether a tracer is installed, and whether metrics are. */
  const run = (env: Record<string, string>) =>
    Effect.gen(function* () {
      const configured = yield* configuration
      return yield* Effect.gen(function* () {
        yield* Effect.withSpan(Effect.logInfo("something happened"), "work")
        return [(yield* Effect.tracer) !== Tracer.nativeTracer, yield* MetricsEnabled]
      }).pipe(Effect.provide(Layer.fresh(Telemetry.layer(configured))))
    }).pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
      Effect.result,
      Effect.runPromise
    )
  const paths = () => receiver.received.map(({ path }) => path).sort()

  it("exports everything by protobuf once it has an endpoint, with the headers", async () => {
    const result = await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/otlp/`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=se%63ret, other=1",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.name=mine"
    })
    expect(result).toEqual(Result.succeed([true, true]))
    expect(paths()).toEqual(["/otlp/v1/logs", "/otlp/v1/metrics", "/otlp/v1/traces"])
    for (const { headers, body } of receiver.received) {
      expect(headers).toMatchObject({ "content-type": "application/x-protobuf", "x-api-key": "secret", other: "1" })
      for (const text of ["deployment.environment.name", "service.name", "mine"]) expect(body).toContain(text)
    }
  })

  it.each([
    [{ OTEL_TRACES_EXPORTER: "none" }, ["/v1/logs", "/v1/metrics"], [false, true]],
    [{ OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" }, ["/v1/traces"], [true, false]],
    [{ OTEL_METRICS_EXPORTER: "none", METRICS_PORT: "0" }, ["/v1/logs", "/v1/traces"], [true, true]],
    [{ OTEL_SDK_DISABLED: "true" }, [], [false, false]],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, [], [false, false]]
  ])("with %j exports %j", async (env, expected, on) => {
    expect(await run({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env })).toEqual(Result.succeed(on))
    expect(paths()).toEqual(expected)
  })

  it("warns once if the collector refuses what it receives", async () => {
    receiver.status = 401
    const log = vi.spyOn(console, "log")
    await run({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const warnings = log.mock.calls.map(String).filter((line) => line.includes("WARN"))
    log.mockRestore()
    expect(warnings).toEqual([expect.stringContaining("The OpenTelemetry collector returned 401")])
    expect(receiver.received.length).toBeGreaterThan(1)
  })

  it.each([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector:4317"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://crm:secret@collector:4318"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/?key=secret"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=secret%"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=secret%0A"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key:secret"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a=1,x api key=secret"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ["OTEL_RESOURCE_ATTRIBUTES", "team=secret%"],
    ["OTEL_SDK_DISABLED", "perhaps"],
    ["OTEL_TRACES_EXPORTER", "zipkin"]
  ])("refuses %s=%s in one sentence that does not repeat the value", async (name, value) => {
    const result = await run({ [name]: value })
    expect(result).toMatchObject({
      _tag: "Failure",
      failure: { message: expect.stringMatching(`^${name} must be .*\\.$`) }
    })
    expect(JSON.stringify(result)).not.toContain(value)
  })
})
