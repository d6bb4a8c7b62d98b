import { Config, Duration, Effect, Option, Redacted, Schema } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

const Port = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const levels = { debug: "Debug", info: "Info", warning: "Warn", error: "Error", none: "None" } as const

/** Reads a setting from the environment; what it may be is told where it is something else. */
const setting = <A>(config: Config.Config<A>, expected: string) =>
  Effect.mapError(config, () => new StartupFailure({ message: `${expected}.` }))

const isPostgresUrl = (url: Redacted.Redacted<string>): boolean =>
  ["postgres:", "postgresql:"].includes(URL.parse(Redacted.value(url))?.protocol ?? "")

/** How the server is set up: the environment, with its defaults. The README has the table. */
export const configuration = Effect.gen(function* () {
  const host = yield* setting(
    Config.NonEmptyString("HOST").pipe(Config.withDefault("127.0.0.1")),
    "HOST must not be empty"
  )
  const port = yield* setting(
    Config.schema(Port, "PORT").pipe(Config.withDefault(3000)),
    "PORT must be a number from 0 (any free port) to 65535"
  )
  const databaseUrl = yield* setting(
    Config.Redacted("DATABASE_URL").pipe(Config.option),
    "DATABASE_URL must be a URL like postgres://USER:PASSWORD@HOST:5432/DATABASE"
  )
  if (Option.exists(databaseUrl, (url) => !isPostgresUrl(url))) {
    const message = "DATABASE_URL must be a URL like postgres://USER:PASSWORD@HOST:5432/DATABASE."
    return yield* new StartupFailure({ message })
  }
  const migrationTimeout = yield* setting(
    Config.Duration("MIGRATION_TIMEOUT").pipe(Config.withDefault(Duration.seconds(60))),
    "MIGRATION_TIMEOUT must be a time like 60 seconds or 2 hours"
  )
  const groupCommit = yield* setting(
    Config.Literals(["on", "organisation", "off"], "GROUP_COMMIT").pipe(Config.withDefault("on" as const)),
    "GROUP_COMMIT must be on, organisation or off"
  )
  const proxies = yield* setting(
    Config.schema(Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0)), "PROXIES").pipe(
      Config.withDefault(0)
    ),
    "PROXIES must be how many proxies stand before the server, from 0"
  )
  const dataDir = yield* setting(
    Config.NonEmptyString("DATA_DIR").pipe(Config.withDefault("./data")),
    "DATA_DIR must not be empty"
  )
  const level = yield* setting(
    Config.Literals(["debug", "info", "warning", "error", "none"], "LOG_LEVEL").pipe(
      Config.withDefault("info" as const)
    ),
    `LOG_LEVEL must be one of ${Object.keys(levels).join(", ")}`
  )
  return {
    ...{ host, port, databaseUrl, migrationTimeout, dataDir, proxies },
    groupCommit: groupCommit === "on" ? ("all" as const) : groupCommit,
    logLevel: levels[level]
  }
})
export type Configuration = Effect.Success<typeof configuration>
