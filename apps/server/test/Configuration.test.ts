import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted, Result, Schema } from "effect"
import { configuration } from "../src/Configuration.ts"

const read = (DATABASE_URL: string) =>
  Effect.result(configuration).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: { DATABASE_URL } })),
    Effect.map(Result.map(({ databaseUrl }) => Option.map(databaseUrl, Redacted.value)))
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
