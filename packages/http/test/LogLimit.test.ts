import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, References } from "effect"
import { TestClock } from "effect/testing"
import { makeLogLimit } from "../src/LogLimit.ts"

describe("the limit on log lines", () => {
  it.effect("writes the first lines in each interval, and then the number of those skipped", () =>
    Effect.gen(function* () {
      const limit = makeLogLimit(2, Duration.seconds(10))
      const lines: Array<unknown> = []
      const line = limit(
        Effect.withFiber((fiber) =>
          Effect.sync(() => void lines.push(fiber.getRef(References.CurrentLogAnnotations).skipped_lines))
        )
      )
      for (let time = 0; time < 1_000; time++) yield* line
      assert.deepStrictEqual(lines, [undefined, undefined])
      yield* TestClock.adjust("10 seconds")
      yield* line
      yield* line
      yield* line
      assert.deepStrictEqual(lines, [undefined, undefined, 998, undefined])
      yield* TestClock.adjust("10 seconds")
      yield* line
      assert.deepStrictEqual(lines.slice(4), [1])
    })
  )
  it.effect("begins an interval with the first line after a quiet time", () =>
    Effect.gen(function* () {
      const limit = makeLogLimit(2, Duration.seconds(10))
      const lines: Array<number> = []
      const log = limit((skipped) => Effect.sync(() => void lines.push(skipped)))
      yield* TestClock.adjust("1 day")
      for (let time = 0; time < 1_000; time++) yield* log
      assert.deepStrictEqual(lines, [0, 0])
    })
  )
})
