import {
  createCommunications,
  Events,
  layerLog,
  layerMemory,
  StorageUnavailable,
  SubscriptionTaken,
  subscribe
} from "@communications/core"
import { createTestCommunications, freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { vi } from "vitest"
import { completeDrafts, recording, test } from "./Subscribing.ts"

const claimAsOther = Effect.gen(function* () {
  const events = yield* Events
  const other = { subscription: "mail", holder: freshId(), lease: Duration.minutes(1) }
  const claimed = yield* events.claim(other, "completions", 100)
  return claimed.map(({ event }) => event.communication)
})

describe("an interrupted subscription", () => {
  test(
    "lets the running handler finish, stores the position, and keeps the lease until then",
    Effect.gen(function* () {
      const { delivered, handler } = recording((time) => (time === 3 ? Effect.sleep("5 seconds") : Effect.void))
      const completed = yield* completeDrafts(5)
      const subscriber = yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("500 millis")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(subscriber))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* Effect.flip(claimAsOther), new SubscriptionTaken({ subscription: "mail" }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(delivered, completed.slice(0, 3))
      assert.deepStrictEqual(yield* claimAsOther, completed.slice(3))
    })
  )
  test(
    "interrupts a handler that runs longer than stopWithin, and delivers only its event again",
    Effect.gen(function* () {
      const { delivered, handler } = recording((time) => (time === 3 ? Effect.never : Effect.void))
      const completed = yield* completeDrafts(5)
      const subscriber = yield* Effect.forkChild(subscribe({ subscription: "mail", handler, stopWithin: "2 seconds" }))
      yield* TestClock.adjust("500 millis")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(subscriber))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Effect.flip(claimAsOther), new SubscriptionTaken({ subscription: "mail" }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual([delivered, yield* claimAsOther], [completed.slice(0, 3), completed.slice(2)])
    })
  )
  for (const [what, handler] of [
    ["waits before a retry", () => Effect.fail("not yet")],
    ["waits for new events", () => Effect.void]
  ] as const) {
    test(
      `ends at once if it ${what}`,
      Effect.gen(function* () {
        const completed = yield* completeDrafts(1)
        const subscriber = yield* Effect.forkChild(
          subscribe({ subscription: "mail", every: "1 hour", attempts: 30, handler })
        )
        yield* TestClock.adjust("1 minute")
        yield* Fiber.interrupt(subscriber)
        assert.deepStrictEqual(yield* claimAsOther, what === "waits before a retry" ? completed : [])
      })
    )
  }
})

/** A subscription with a promise handler that waits at one event until it is released. */
const given = (count: number, waitAt: number) => {
  const test = createTestCommunications()
  const drafts = Array.from({ length: count }, () => test.seed.completed().number)
  const [handled, aborted]: [Array<string>, Array<string>] = [[], []]
  const release = Promise.withResolvers<void>()
  let running = 0
  let mostRunning = 0
  const start = () =>
    test.subscribe({
      ...{ subscription: "mail", every: "2 millis" },
      handler: async ({ number }, signal) => {
        mostRunning = Math.max(mostRunning, ++running)
        signal.addEventListener("abort", () => aborted.push(number))
        handled.push(number)
        if (handled.length === waitAt) await release.promise
        running--
      }
    })
  return { drafts, handled, aborted, release, start, mostRunning: () => mostRunning }
}

describe("stop() of a host without Effect", () => {
  it("waits for the running handler; the next process continues after it", async () => {
    const { drafts, handled, aborted, release, start, mostRunning } = given(30, 21)
    const subscription = start()
    await vi.waitFor(() => assert.lengthOf(handled, 21))
    let isStopped = false
    const stopped = subscription.stop().then(() => (isStopped = true))
    const next = start()
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepStrictEqual([isStopped, handled], [false, drafts.slice(0, 21)])
    release.resolve()
    await stopped
    await vi.waitFor(() => assert.lengthOf(handled, 30))
    await next.stop()
    assert.deepStrictEqual([handled, aborted, mostRunning()], [drafts, [], 1])
  })
  it("aborts the signal after the time limit, and no handler is called while that one still runs", async () => {
    const { drafts, handled, aborted, release, start, mostRunning } = given(3, 2)
    const subscription = start()
    await vi.waitFor(() => assert.lengthOf(handled, 2))
    const next = start()
    const begin = performance.now()
    await subscription.stop({ within: "50 millis" })
    assert.isBelow(performance.now() - begin, 5_000)
    assert.deepStrictEqual([handled, aborted], [drafts.slice(0, 2), drafts.slice(1, 2)])
    release.resolve()
    await vi.waitFor(() => assert.lengthOf(handled, 4))
    await next.stop()
    assert.deepStrictEqual([handled.slice(2), mostRunning()], [drafts.slice(1), 1])
  })
  it("rejects an invalid time limit", async () => {
    const { start } = given(0, 0)
    const { stop } = start()
    const error = await stop({ within: -1 }).catch((error: unknown) => error)
    assert.instanceOf(error, RangeError)
    await stop()
  })
})

/** Ports whose log does not respond until `release` is called, and then fails. */
const givenFrozen = () => {
  const [isStuck, unfrozen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isLate = false
  const frozen = Effect.sync(isStuck.resolve).pipe(
    Effect.andThen(Effect.promise(() => unfrozen.promise)),
    Effect.andThen(Effect.sync(() => (isLate = true))),
    Effect.andThen(Effect.fail(new StorageUnavailable({ operation: "Events.claim", reason: "unreachable" }))),
    Effect.uninterruptible
  )
  const ports = Layer.effect(
    Events,
    Effect.map(Events, (events) => Events.of({ ...events, claim: () => frozen, release: () => Effect.asVoid(frozen) }))
  ).pipe(Layer.provideMerge(layerMemory))
  return { ports, isStuck: isStuck.promise, release: unfrozen.resolve, isLate: () => isLate }
}

describe("stop() is bounded, and nothing is logged or reported afterwards", () => {
  for (const onErrorIsGiven of [false, true]) {
    it(`if the storage does not respond, ${onErrorIsGiven ? "with" : "without"} onError`, async () => {
      const { ports, isStuck, release, isLate } = givenFrozen()
      const seen: Array<unknown> = []
      const log = layerLog((line) => seen.push(line))
      const { subscribe } = createCommunications(Layer.merge(ports, log))
      const onError = onErrorIsGiven ? (error: unknown) => void seen.push(error) : undefined
      const { stop } = subscribe({ subscription: "mail", every: "2 millis", handler: () => {}, onError })
      await isStuck
      await Promise.all([stop({ within: "10 millis" }), stop({ within: "1 hour" })])
      release()
      await vi.waitFor(() => assert.isTrue(isLate()))
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.deepStrictEqual(seen, [])
    })
  }
  it("while the ports are being built", async () => {
    const isBuilt = Promise.withResolvers<void>()
    const ports = Layer.unwrap(Effect.promise(() => isBuilt.promise).pipe(Effect.as(layerMemory)))
    const { subscribe, dispose } = createCommunications(ports)
    const handled: Array<unknown> = []
    const { ready, stop } = subscribe({ subscription: "mail", handler: (event) => void handled.push(event) })
    await stop({ within: "1 hour" })
    const error = await ready.catch((error: unknown) => error)
    assert.instanceOf(error, Error)
    isBuilt.resolve()
    await dispose()
    assert.deepStrictEqual(handled, [])
  })
})
