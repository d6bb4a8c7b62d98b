import { largestBody } from "@communications/http"
import { Effect, Option, Result, Schema, SchemaGetter } from "effect"
import { databaseTarget } from "./DatabaseTarget.ts"
import { expected } from "./DatabaseUrl.ts"
import { readTelemetry, telemetrySettings } from "./observability/TelemetrySettings.ts"
import { optionalSetting, read, setting } from "./Setting.ts"
import { StartupFailure } from "./StartupFailure.ts"

const Port = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const portExpected = "a number from 0 (any free port) to 65535"
const BodySize = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(largestBody))
/** `*`, or origins as browsers send them: in lower case, and without a path. */
const Origins = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(
      Schema.Trim.check(Schema.makeFilter((origin) => origin === "*" || URL.parse(origin)?.origin === origin))
    ),
    { decode: SchemaGetter.split(), encode: SchemaGetter.transform((origins) => origins.join(",")) }
  )
)
const Count = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const levels = { debug: "Debug", info: "Info", warning: "Warn", error: "Error", none: "None" } as const

/** Every setting of the server and of the command line, in the order of the docs. */
export const settings = {
  host: setting(Schema.String, {
    name: "HOST",
    default: "127.0.0.1",
    expected: "an address of this machine",
    description: "The address to listen on"
  }),
  port: setting(Port, {
    name: "PORT",
    default: "3000",
    expected: portExpected,
    description: "The port to listen on"
  }),
  metricsPort: optionalSetting(Port, {
    name: "METRICS_PORT",
    expected: portExpected,
    description: "The port at which Prometheus reads `GET /metrics`; off if unset"
  }),
  metricsHost: optionalSetting(Schema.String, {
    name: "METRICS_HOST",
    expected: "an address of this machine",
    description: "The address for `METRICS_PORT`; that of `HOST` if unset"
  }),
  databaseUrl: optionalSetting(Schema.RedactedFromValue(Schema.String), {
    name: "DATABASE_URL",
    expected,
    description: "The PostgreSQL database; the embedded one if unset"
  }),
  databasePrepare: setting(Schema.Literals(["on", "off"]), {
    name: "DATABASE_PREPARE",
    default: "on",
    expected: "on or off",
    description: "Whether statements are prepared once a connection; `off` for a pooler that does not support it"
  }),
  databaseSchema: setting(Schema.NonEmptyString, {
    name: "DATABASE_SCHEMA",
    default: "public",
    expected: "the name of a schema",
    description: "The schema of the tables. It is created if it does not exist"
  }),
  migrate: setting(Schema.Literals(["on", "check", "off"]), {
    name: "MIGRATE",
    default: "on",
    expected: "on, check or off",
    description:
      "What the server and each command do before they use the database. `on`: apply pending migrations; `check`: start only if none is pending; `off`: start on tables of any version. The command `migrate` applies them in any case"
  }),
  migrationTimeout: setting(Schema.DurationFromString, {
    name: "MIGRATION_TIMEOUT",
    default: "60 seconds",
    expected: "a time like 60 seconds or 2 hours",
    description: "How long migrating may take, including waiting for locks"
  }),
  dataDir: setting(Schema.String, {
    name: "DATA_DIR",
    default: "./data",
    expected: "a folder",
    description: "The folder of the embedded database; only one process at a time can use it"
  }),
  groupCommit: setting(Schema.Literals(["on", "organisation", "off"]), {
    name: "GROUP_COMMIT",
    default: "on",
    expected: "on, organisation or off",
    description:
      "`on`: concurrent completions are committed together; `organisation`: only those of the same organisation, for tables distributed by Citus; `off`: each is committed separately"
  }),
  proxies: setting(Count, {
    name: "PROXIES",
    default: "0",
    expected: "a whole number from 0",
    description:
      "How many proxies forward requests to the server. With at least one, it reads the client's address, by which log-ins and invalid tokens are limited, from `X-Forwarded-For`"
  }),
  maxBody: setting(BodySize, {
    name: "MAX_BODY",
    default: "1048576",
    expected: `a whole number from ${largestBody}`,
    description: `The maximum size, in bytes, of a request that creates a communication, whose \`content\` may be large. All other requests may have ${largestBody} bytes`
  }),
  corsOrigins: setting(Origins, {
    name: "CORS_ORIGINS",
    default: "",
    expected: "origins like https://crm.example.com, separated by commas and without a path, or *",
    description: "The origins whose pages may call the API from a browser; `*` allows all"
  }),
  logLevel: setting(Schema.Literals(["debug", "info", "warning", "error", "none"]), {
    name: "LOG_LEVEL",
    default: "info",
    expected: `one of ${Object.keys(levels).join(", ")}`,
    description: "The least severe entries to log; `debug` logs each request"
  }),
  ...telemetrySettings
}

const reads = {
  host: read(settings.host),
  port: read(settings.port),
  metricsPort: read(settings.metricsPort),
  metricsHost: read(settings.metricsHost),
  databaseUrl: Effect.flatMap(read(settings.databaseUrl), databaseTarget),
  databasePrepare: Effect.map(read(settings.databasePrepare), (value) => value === "on"),
  databaseSchema: read(settings.databaseSchema),
  migrate: read(settings.migrate),
  migrationTimeout: read(settings.migrationTimeout),
  dataDir: read(settings.dataDir),
  proxies: read(settings.proxies),
  maxBody: read(settings.maxBody),
  corsOrigins: read(settings.corsOrigins),
  groupCommit: Effect.map(read(settings.groupCommit), (value) => (value === "on" ? ("all" as const) : value)),
  logLevel: Effect.map(read(settings.logLevel), (level) => levels[level]),
  ...readTelemetry
}

/** The configuration of the server and the command line, read from the environment. Every wrong setting is reported. */
export const configuration = Effect.gen(function* () {
  const results = yield* Effect.all(reads, { mode: "result" })
  const failures = Object.values<Result.Result<unknown, StartupFailure>>(results).filter(Result.isFailure)
  if (failures.length > 0) {
    return yield* new StartupFailure({ message: failures.map(({ failure }) => failure.message).join("\n") })
  }
  const read = yield* Effect.fromResult(Result.all(results))
  const { host, port, metricsPort } = read
  const metricsHost = Option.getOrElse(read.metricsHost, () => host)
  if (port > 0 && metricsHost === host && Option.contains(metricsPort, port)) {
    return yield* new StartupFailure({ message: "METRICS_PORT must differ from PORT." })
  }
  return { ...read, metricsHost }
})
export type Configuration = Effect.Success<typeof configuration>
