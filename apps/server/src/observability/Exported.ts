/** Exports names and numbers, and nothing that identifies a person. */
import { Layer } from "effect"
import { type OtlpLogger, OtlpSerialization, type OtlpTracer } from "effect/observability"
import type { Configuration } from "../Configuration.ts"
import { metrics as declaredMetrics } from "./ServerMetrics.ts"

type Span = OtlpTracer.TraceData["resourceSpans"][number]["scopeSpans"][number]["spans"][number]
type LogRecord = NonNullable<OtlpLogger.LogsData["resourceLogs"][number]["scopeLogs"][number]["logRecords"]>[number]

/** What log entries may say beyond their message. Missing are what clients type, their addresses, and the demonstration token. */
const exportedDetails = new Set([
  ...["request_id", "method", "path", "status", "duration_ms", "skipped_lines", "subscription", "event"],
  ...["url", "metrics", "documentation", "database", "exception.type", "exception.message", "exception.stacktrace"]
])

const exportedLogRecord = (record: LogRecord): LogRecord => ({
  ...record,
  attributes: record.attributes.filter(({ key }) => exportedDetails.has(key))
})

const textOf = ({ attributes }: Span, name: string): string | null | undefined =>
  attributes.find(({ key }) => key === name)?.value.stringValue

/**
 * Errors keep their type only: their messages may repeat what a client sent, and the log has those that matter, with the id
 * of the trace. Statements get the name that OpenTelemetry recommends: the operation and the database.
 */
const exportedSpan = (span: Span): Span => {
  const operation = textOf(span, "db.operation.name")
  const database = textOf(span, "db.namespace")
  return {
    ...span,
    name: typeof operation === "string" && typeof database === "string" ? `${operation} ${database}` : span.name,
    status: { code: span.status.code },
    events: span.events.map((event) => ({
      ...event,
      attributes: event.attributes.filter(({ key }) => key === "exception.type")
    }))
  }
}

/** A gauge without a unit would get another name in Prometheus: collectors add `_ratio` to it. */
const units = new Map<string, string>(declaredMetrics.map(({ name, unit }) => [name, unit]))

/** The serialization of what is exported. */
export const layer = (protocol: Configuration["otlpProtocol"]) =>
  Layer.effect(
    OtlpSerialization.OtlpSerialization,
    OtlpSerialization.OtlpSerialization.useSync((serialization) => ({
      ...serialization,
      traces: ({ resourceSpans }) =>
        serialization.traces({
          resourceSpans: resourceSpans.map((resource) => ({
            ...resource,
            scopeSpans: resource.scopeSpans.map((scope) => ({ ...scope, spans: scope.spans.map(exportedSpan) }))
          }))
        }),
      metrics: ({ resourceMetrics }) =>
        serialization.metrics({
          resourceMetrics: resourceMetrics.map((resource) => ({
            ...resource,
            scopeMetrics: resource.scopeMetrics.map((scope) => ({
              ...scope,
              metrics: scope.metrics.map((metric) => ({ ...metric, unit: units.get(metric.name) ?? "1" }))
            }))
          }))
        }),
      logs: ({ resourceLogs }) =>
        serialization.logs({
          resourceLogs: resourceLogs.map((resource) => ({
            ...resource,
            scopeLogs: resource.scopeLogs.map((scope) => ({
              ...scope,
              logRecords: (scope.logRecords ?? []).map(exportedLogRecord)
            }))
          }))
        })
    }))
  ).pipe(Layer.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf))
