import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeLogLimit } from "../src/LogLimit.ts"

describe("the limit on log lines", () => {
  it.effect("runs the first in each interval, and passes the number of those skipped", () =>
    Effect.gen(function* () {
      const limit = makeLogLimit(2, Duration.seconds(10))
      const lines: Array<number> = []
      const log = limit((skipped) => Effect.sync(() => void lines.push(skipped)))
      for (let time = 0; time < 1_000; time++) yield* log
      assert.deepStrictEqual(lines, [0, 0])
      yield* TestClock.adjust("10 seconds")
      yield* log
      yield* log
      yield* log
      assert.deepStrictEqual(lines, [0, 0, 998, 0])
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
