import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Result } from "effect"
import { configuration } from "../src/Configuration.ts"

const readAll = (env: Record<string, string>) =>
  Effect.result(configuration).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

describe("the configuration", () => {
  it.effect.each([
    ["PORT", "65536", "PORT must be a number from 0 (any free port) to 65535."],
    ["MIGRATION_TIMEOUT", "soon", "MIGRATION_TIMEOUT must be a time like 60 seconds or 2 hours."],
    ["GROUP_COMMIT", "maybe", "GROUP_COMMIT must be on, organisation or off."],
    ["DATABASE_PREPARE", "yes", "DATABASE_PREPARE must be on or off."],
    ["PROXIES", "-1", "PROXIES must be a whole number from 0."],
    ...["https://a.example/", "HTTPS://a.example", "a.example", "null", "*, https://a.example/x", ","].map(
      (origins) =>
        [
          "CORS_ORIGINS",
          origins,
          "CORS_ORIGINS must be origins like https://crm.example.com, separated by commas and without a path, or *."
        ] as const
    ),
    ["MIGRATE", "yes", "MIGRATE must be on, check or off."],
    ["LOG_LEVEL", "loud", "LOG_LEVEL must be one of debug, info, warning, error, none."]
  ] as const)("refuses %s=%s in one sentence", ([name, value, sentence]) =>
    Effect.gen(function* () {
      const result = yield* readAll({ [name]: value })
      assert.strictEqual(Result.isFailure(result) && result.failure.message, sentence)
    })
  )
})

describe("CORS_ORIGINS", () => {
  it.effect.each([
    ["", []],
    ["*", ["*"]],
    ["https://a.example, http://localhost:5173", ["https://a.example", "http://localhost:5173"]]
  ] as const)("reads %j", ([CORS_ORIGINS, origins]) =>
    Effect.gen(function* () {
      const read = Result.map(yield* readAll({ CORS_ORIGINS }), ({ corsOrigins }) => corsOrigins)
      assert.deepStrictEqual(read, Result.succeed(origins))
    })
  )
})

it.effect.each([
  [{ PORT: "3001", METRICS_PORT: "3001" }, true],
  [{ PORT: "3001", METRICS_PORT: "3001", METRICS_HOST: "127.0.0.1" }, true],
  [{ PORT: "3001", METRICS_PORT: "3001", METRICS_HOST: "::1" }, false],
  [{ PORT: "3001", METRICS_PORT: "3002" }, false],
  [{ PORT: "3001", METRICS_HOST: "::1" }, false],
  [{ PORT: "0", METRICS_PORT: "0" }, false]
] as const)(
  "the address for metrics is another one than that of the API: %j is refused: %s",
  ([variables, isRefused]) =>
    Effect.gen(function* () {
      const message = Result.match(yield* readAll(variables), {
        onSuccess: () => "",
        onFailure: (error) => error.message
      })
      assert.strictEqual(message, isRefused ? "METRICS_PORT must differ from PORT." : "")
    })
)

it.effect("the configuration reports every wrong setting, one sentence a line", () =>
  Effect.gen(function* () {
    const result = yield* readAll({ PORT: "abc", DATABASE_URL: "mysql://x", LOG_LEVEL: "loud", HOST: "::1" })
    const lines = Result.isFailure(result) ? result.failure.message.split("\n") : []
    assert.deepStrictEqual(
      lines.map((line) => line.split(" ")[0]),
      ["PORT", "DATABASE_URL", "LOG_LEVEL"]
    )
  })
)
