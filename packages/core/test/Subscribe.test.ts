import { type CommunicationEvent, Events, StorageUnavailable, SubscriptionTaken, subscribe } from "@communications/core"
import { assert, describe } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { completeDrafts, recording, test } from "./Subscribing.ts"

describe("a subscriber", () => {
  test(
    "receives every completion once, in order",
    Effect.gen(function* () {
      const { delivered, handler } = recording()
      const early = yield* completeDrafts(150)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("1 second")
      const late = yield* completeDrafts(150)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(delivered, [...early, ...late])
    })
  )

  test(
    "to all steps also receives creations",
    Effect.gen(function* () {
      const received: Array<readonly [communication: string, from: string | null, to: string]> = []
      const handler = ({ communication, from, to }: CommunicationEvent) =>
        Effect.sync(() => received.push([communication, from, to]))
      const completed = yield* completeDrafts(2)
      yield* Effect.forkChild(subscribe({ subscription: "audit", steps: "all", handler }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        received,
        completed.flatMap((id) => [[id, null, "DRAFT"] as const, [id, "DRAFT", "COMPLETED"] as const])
      )
    })
  )

  test(
    "that subscribes from now receives later events, including those committed while it did not run",
    Effect.gen(function* () {
      const { delivered, handler } = recording()
      const subscriber = subscribe({ subscription: "mail", from: "now", handler })
      yield* completeDrafts(1)
      const first = yield* Effect.forkChild(subscriber)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(first)
      const completed = yield* completeDrafts(1)
      yield* Effect.forkChild(subscriber)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(delivered, completed)
    })
  )

  test(
    "retries a failing handler with delays that grow up to a minute, while later events wait",
    Effect.gen(function* () {
      const { delivered, times, handler } = recording((time) => (time <= 20 ? Effect.fail("not yet") : Effect.void))
      const [first, second] = yield* completeDrafts(2)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler, attempts: 30 }))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(delivered, [...Array(21).fill(first), second])
      const delays = times.slice(1, 21).map((time, index) => time - (times[index] ?? 0))
      const growing = delays.slice(0, 9)
      assert.deepStrictEqual(
        growing,
        growing.toSorted((one, other) => one - other)
      )
      for (const delay of delays) assert.isTrue(delay >= 80 && delay <= 72_000, `${delay} ms`)
    })
  )

  const broken = {
    "dies with a defect": () => Effect.die("a bug"),
    "throws before it returns an effect": () => {
      throw new Error("a bug")
    },
    "interrupts itself": () => Effect.interrupt
  }
  for (const [how, handle] of Object.entries(broken)) {
    test(
      `retries a handler that ${how}`,
      Effect.gen(function* () {
        const delivered: Array<string> = []
        const handler = ({ communication }: CommunicationEvent) =>
          delivered.push(communication) < 4 ? handle() : Effect.void
        const [first, second] = yield* completeDrafts(2)
        yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(delivered, [first, first, first, first, second])
      })
    )
  }

  test(
    "with a failing handler does not delay another subscription",
    Effect.gen(function* () {
      const [failing, sound] = [recording(() => Effect.fail("never")), recording()]
      const completed = yield* completeDrafts(3)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: failing.handler }))
      yield* Effect.forkChild(subscribe({ subscription: "statistics", handler: sound.handler }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(sound.delivered, completed)
      assert.deepStrictEqual([...new Set(failing.delivered)], completed.slice(0, 1))
    })
  )

  test(
    "handles all events until it stops; then another process continues at once",
    Effect.gen(function* () {
      const [one, other] = [recording(), recording()]
      const first = yield* Effect.forkChild(subscribe({ subscription: "mail", handler: one.handler }))
      yield* TestClock.adjust("10 millis")
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: other.handler }))
      const early = yield* completeDrafts(3)
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual([one.delivered, other.delivered], [early, []])
      yield* Fiber.interrupt(first)
      const late = yield* completeDrafts(3)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([one.delivered, other.delivered], [early, late])
    })
  )

  test(
    "keeps its lease while a slow handler runs",
    Effect.gen(function* () {
      const [slow, other] = [recording(() => Effect.sleep("1 hour")), recording()]
      const completed = yield* completeDrafts(2)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: slow.handler }))
      yield* TestClock.adjust("10 millis")
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: other.handler }))
      yield* TestClock.adjust("3 hours")
      assert.deepStrictEqual([slow.delivered, other.delivered], [completed, []])
    })
  )

  test(
    "stops its handler when it loses its lease, and continues when the lease is free",
    Effect.gen(function* () {
      const events = yield* Events
      let interrupted = 0
      const slow = recording((time) =>
        time === 1 ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)) : Effect.void
      )
      let isLost = false
      const lost = new SubscriptionTaken({ subscription: "mail" })
      const subscriber = Effect.provideService(
        subscribe({ subscription: "mail", handler: slow.handler, lease: "30 seconds" }),
        Events,
        {
          ...events,
          claim: (holder, steps, limit) => Effect.suspend(() => (isLost ? lost : events.claim(holder, steps, limit))),
          settle: (holder, position) => Effect.suspend(() => (isLost ? lost : events.settle(holder, position)))
        }
      )
      const [first, second] = yield* completeDrafts(2)
      yield* Effect.forkChild(subscriber)
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual([slow.delivered, interrupted], [[first], 0])
      isLost = true
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual([slow.delivered, interrupted], [[first], 1])
      isLost = false
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(slow.delivered, [first, first, second])
    })
  )

  for (const [how, failure] of [
    ["is unavailable", new StorageUnavailable({ operation: "Events.claim", reason: "unreachable" })],
    ["fails with a defect because its tables do not exist yet", Effect.die(new Error("no such table"))]
  ] as const) {
    test(
      `waits while the storage ${how}, and then continues`,
      Effect.gen(function* () {
        const events = yield* Events
        let isDown = true
        const guard = <A, E>(operation: Effect.Effect<A, E>) =>
          Effect.suspend((): Effect.Effect<A, E | StorageUnavailable> => (isDown ? failure : operation))
        const { delivered, handler } = recording((time) => Effect.sync(() => (isDown = time === 1)))
        yield* Effect.forkChild(
          Effect.provideService(subscribe({ subscription: "mail", handler }), Events, {
            ...events,
            open: (subscription, from) => guard(events.open(subscription, from)),
            claim: (holder, steps, limit) => guard(events.claim(holder, steps, limit)),
            settle: (holder, position) => guard(events.settle(holder, position))
          })
        )
        const [only] = yield* completeDrafts(1)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(delivered, [])
        isDown = false
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(delivered, [only])
        yield* TestClock.adjust("1 hour")
        isDown = false
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(delivered, [only, only])
      })
    )
  }
})
