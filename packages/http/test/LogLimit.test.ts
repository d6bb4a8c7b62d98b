import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, References } from "effect"
import { TestClock } from "effect/testing"
import { makeLogLimit } from "../src/LogLimit.ts"

/** A line with a limit of two in ten seconds, and `skipped_lines` of each time that it was written. */
const limited = () => {
  const lines: Array<unknown> = []
  const line = Effect.withFiber((fiber) =>
    Effect.sync(() => void lines.push(fiber.getRef(References.CurrentLogAnnotations).skipped_lines))
  )
  return { lines, line: makeLogLimit(2, Duration.seconds(10))(line) }
}

describe("the limit on log lines", () => {
  it.effect("writes the first lines in each interval, and then the number of those skipped", () =>
    Effect.gen(function* () {
      const { lines, line } = limited()
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
      const { lines, line } = limited()
      yield* TestClock.adjust("1 day")
      for (let time = 0; time < 1_000; time++) yield* line
      assert.deepStrictEqual(lines, [undefined, undefined])
    })
  )
})
