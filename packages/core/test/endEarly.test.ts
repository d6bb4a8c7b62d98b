import { endEarly } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** An effect that does not end by itself, and what has happened to it. */
const endless = () => {
  const state = { isInterrupted: false }
  const run = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (state.isInterrupted = true)))
  return { state, run }
}

/** Ends the effect with a result after a second. */
const afterASecond = <A>(run: Effect.Effect<never>, result: A): Effect.Effect<A> =>
  endEarly<A, never, never>(run, (end, context) => {
    const timer = Effect.runForkWith(context)(
      Effect.delay(
        Effect.sync(() => end(Effect.succeed(result))),
        "1 second"
      )
    )
    return () => timer.interruptUnsafe()
  })

describe("endEarly", () => {
  it.effect("returns the result that ends the effect, and interrupts the effect", () =>
    Effect.gen(function* () {
      const { state, run } = endless()
      const fiber = yield* Effect.forkChild(afterASecond(run, "too late"))
      yield* TestClock.adjust("999 millis")
      assert.isFalse(state.isInterrupted)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(fiber), "too late")
      assert.isTrue(state.isInterrupted)
    })
  )

  it.effect("returns the result although the effect cannot be interrupted", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(afterASecond(Effect.uninterruptible(Effect.never), "too late"))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), "too late")
    })
  )

  it.effect("lets an interrupted caller wait for the effect, but not after its end", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(afterASecond(Effect.uninterruptible(Effect.never), "too late"))
      yield* TestClock.adjust("500 millis")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("499 millis")
      assert.isUndefined(interrupting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isDefined(interrupting.pollUnsafe())
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )
})
