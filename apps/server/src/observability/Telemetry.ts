/** Exports traces, metrics and the log to an OpenTelemetry collector. */
import { MetricsEnabled } from "@communications/core"
import { Cause, Effect, Layer, Option, Redacted } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { OtlpLogger, OtlpMetrics, OtlpTracer } from "effect/observability"
import type { Configuration } from "../Configuration.ts"
import { version } from "../version.ts"
import * as Exported from "./Exported.ts"

const signalUrl = (endpoint: URL, signal: "traces" | "metrics" | "logs"): string =>
  `${endpoint.href.replace(/\/$/, "")}/v1/${signal}`

/**
 * A collector that does not respond in time counts as down: what waits for it must not fill the memory. When it begins to
 * fail, that is logged once.
 */
const client = Layer.effect(
  HttpClient.HttpClient,
  HttpClient.HttpClient.useSync((client) => {
    let isFailing = false
    const report = (failure?: string) =>
      Effect.suspend(() => {
        const begins = failure !== undefined && !isFailing
        isFailing = failure !== undefined
        return begins
          ? Effect.logWarning(
              `The OpenTelemetry collector ${failure}. Traces, metrics and log entries of the meantime are lost`
            )
          : Effect.void
      })
    return HttpClient.transformResponse(client, (response) =>
      response.pipe(
        Effect.timeoutOrElse({
          duration: "10 seconds",
          orElse: () => Effect.die(new Error("the collector did not respond in 10 seconds"))
        }),
        Effect.tap(({ status }) => report(status < 400 ? undefined : `returned ${status}`)),
        Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report("does not respond")))
      )
    )
  })
).pipe(Layer.provide(FetchHttpClient.layer))

/** Installs what the configuration asks for: without it there is no tracer, and nothing is recorded (decision 14). */
export const layer = (configuration: Configuration): Layer.Layer<never> => {
  const { metricsPort, otlpEndpoint, otlpHeaders, otlpProtocol, serviceAttributes, serviceName } = configuration
  const recorded = (isRecorded: boolean) => Layer.succeed(MetricsEnabled, isRecorded || Option.isSome(metricsPort))
  if (configuration.otelDisabled || Option.isNone(otlpEndpoint)) return recorded(false)
  const resource = {
    serviceName: Option.getOrElse(serviceName, () => serviceAttributes["service.name"] ?? "communications"),
    serviceVersion: serviceAttributes["service.version"] ?? version
  }
  const options = (signal: "traces" | "metrics" | "logs") => ({
    url: signalUrl(otlpEndpoint.value, signal),
    resource,
    headers: Redacted.value(otlpHeaders)
  })
  const { exportsTraces, exportsMetrics, exportsLogs } = configuration
  return Layer.mergeAll(
    recorded(exportsMetrics),
    exportsTraces ? OtlpTracer.layer(options("traces")) : Layer.empty,
    exportsMetrics ? OtlpMetrics.layer(options("metrics")) : Layer.empty,
    exportsLogs ? OtlpLogger.layer(options("logs")) : Layer.empty
  ).pipe(Layer.provide(Exported.layer(otlpProtocol)), Layer.provide(client))
}
