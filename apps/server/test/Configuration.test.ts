import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted, Result, Schema } from "effect"
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
    ["PROXIES", "-1", "PROXIES must be a whole number from 0."],
    ["MIGRATE", "yes", "MIGRATE must be on, check or off."],
    ["LOG_LEVEL", "loud", "LOG_LEVEL must be one of debug, info, warning, error, none."]
  ] as const)("refuses %s=%s in one sentence", ([name, value, sentence]) =>
    Effect.gen(function* () {
      const result = yield* readAll({ [name]: value })
      assert.strictEqual(Result.isFailure(result) && result.failure.message, sentence)
    })
  )
})

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

const read = (DATABASE_URL: string) =>
  Effect.map(
    readAll({ DATABASE_URL }),
    Result.map(({ databaseUrl }) => Option.map(databaseUrl, Redacted.value))
  )

describe("DATABASE_URL", () => {
  it.effect.each(["p@ss/w:rd#", "x@y", "1/x", "1?x", "1#x", "a@b:c@d"])("refuses the raw password %s", (password) =>
    Effect.gen(function* () {
      const result = yield* read(`postgres://app:${password}@db.example:5432/crm`)
      assert.isTrue(Result.isFailure(result))
      assert.notInclude(String(Result.isFailure(result) && result.failure.message), password)
    })
  )

  it.effect.prop("accepts any percent-encoded password", [Schema.String], ([password]) =>
    Effect.gen(function* () {
      const url = `postgres://app:${encodeURIComponent(password.toWellFormed())}@db.example:5432/crm?sslmode=require`
      assert.deepStrictEqual(yield* read(url), Result.succeed(Option.some(url)))
    })
  )
})
