/** The settings of OpenTelemetry: the standard variables, as far as they make sense here. */
import { Config, Effect, Redacted, Schema } from "effect"
import { optionalSetting, read, type Setting, setting } from "../Setting.ts"

const Pairs = Schema.String.check(Schema.isPattern(/^(\s*[^\s,=]+\s*=[^,]*(,\s*|$))+$/))

/** A list like `name=value, name=value`, with percent-encoded values. `Config.Record` alone ignores what has no `=`. */
const pairs = (name: string, value: Schema.Codec<string, string> = Schema.StringFromUriComponent) =>
  Config.all([
    Config.Record(Schema.StringFromUriComponent, value, name, { trim: true }),
    Config.schema(Pairs, name)
  ]).pipe(Config.map(([record]) => record))

/** What a header may contain. An error about another value would repeat it. */
const HeaderValue = Schema.StringFromUriComponent.check(Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/))
const pairsExpected = "a list like name=value,name=value, with special characters percent-encoded"

/** A path is added to the endpoint, and errors repeat it. */
const isEndpoint = ({ protocol, username, password, search, hash }: URL): boolean =>
  /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === "")
const Endpoint = Schema.URLFromString.check(Schema.makeFilter(isEndpoint))
const Exporter = Schema.Literals(["otlp", "none"])
const exporter = (signal: "TRACES" | "METRICS" | "LOGS", exported: string) =>
  setting(Exporter, {
    name: `OTEL_${signal}_EXPORTER`,
    default: "otlp",
    expected: "otlp or none",
    description: `Whether ${exported} exported, if there is an endpoint`
  })

/** The settings of OpenTelemetry. */
export const telemetrySettings = {
  otlpEndpoint: optionalSetting(Endpoint, {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    expected: "a URL like http://collector:4318, without a user, a password and a query",
    description: "The OpenTelemetry collector that receives traces, metrics and the log by OTLP over HTTP; off if unset"
  }),
  otlpHeaders: {
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    default: "",
    expected: pairsExpected,
    description: "Headers of the requests to the collector, such as the key of a service. They are a secret",
    config: pairs("OTEL_EXPORTER_OTLP_HEADERS", HeaderValue).pipe(
      Config.withDefault({}),
      Config.map((headers) => Redacted.make(headers))
    )
  },
  otlpProtocol: setting(Schema.Literals(["http/protobuf", "http/json"]), {
    name: "OTEL_EXPORTER_OTLP_PROTOCOL",
    default: "http/protobuf",
    expected: "http/protobuf or http/json",
    description: "How the data is encoded"
  }),
  serviceName: optionalSetting(Schema.NonEmptyString, {
    name: "OTEL_SERVICE_NAME",
    default: "communications",
    expected: "a name",
    description: "The name of this service in what is exported"
  }),
  serviceAttributes: {
    name: "OTEL_RESOURCE_ATTRIBUTES",
    default: "",
    expected: pairsExpected,
    description: "Further attributes of this service, such as `deployment.environment.name=production`",
    config: pairs("OTEL_RESOURCE_ATTRIBUTES").pipe(Config.withDefault<Readonly<Record<string, string>>>({}))
  },
  tracesExporter: exporter("TRACES", "traces are"),
  metricsExporter: exporter("METRICS", "metrics are"),
  logsExporter: exporter("LOGS", "the log is"),
  otelDisabled: setting(Schema.Literals(["true", "false"]), {
    name: "OTEL_SDK_DISABLED",
    default: "false",
    expected: "true or false",
    description: "`true` exports nothing, whatever the other variables say"
  })
}

const isExported = (exporter: Setting<"otlp" | "none">) => Effect.map(read(exporter), (value) => value === "otlp")

/** Reads the settings of OpenTelemetry. */
export const readTelemetry = {
  otlpEndpoint: read(telemetrySettings.otlpEndpoint),
  otlpHeaders: read(telemetrySettings.otlpHeaders),
  otlpProtocol: read(telemetrySettings.otlpProtocol),
  serviceName: read(telemetrySettings.serviceName),
  serviceAttributes: read(telemetrySettings.serviceAttributes),
  exportsTraces: isExported(telemetrySettings.tracesExporter),
  exportsMetrics: isExported(telemetrySettings.metricsExporter),
  exportsLogs: isExported(telemetrySettings.logsExporter),
  otelDisabled: Effect.map(read(telemetrySettings.otelDisabled), (value) => value === "true")
}
