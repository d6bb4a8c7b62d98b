import {
  type CommunicationEvent,
  Communications,
  type ContactInformations,
  completion,
  Events,
  layerMemory,
  StorageUnavailable,
  SubscriptionTaken,
  subscribe
} from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Completes that many drafts, one after the other; returns their ids. */
const completing = Effect.fnUntraced(function* (count: number) {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const drafts = Array.from({ length: count }, (_, index) => aDraft(String(index)))
  for (const draft of drafts) {
    yield* store(organisation, draft)
    yield* communications.take(organisation, { _tag: "Id", id: draft.id }, completion, anAct())
  }
  return drafts.map(({ id }): string => id)
})

/** A handler that records the events it receives and their times, before it runs. */
const noting = (handler: (time: number) => Effect.Effect<void, unknown> = () => Effect.void) => {
  const handed: Array<string> = []
  const times: Array<number> = []
  return {
    handed,
    times,
    handler: ({ communication }: CommunicationEvent) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        times.push(now)
        return handler(handed.push(communication))
      })
  }
}

/** A test of subscriptions on a memory of its own. */
const test = (name: string, body: Effect.Effect<void, unknown, Communications | ContactInformations | Events>) =>
  it.effect(name, () => Effect.provide(body, layerMemory))

describe("a subscriber", () => {
  test(
    "receives every completion once, in order",
    Effect.gen(function* () {
      const { handed, handler } = noting()
      const early = yield* completing(150)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("1 second")
      const late = yield* completing(150)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handed, [...early, ...late])
    })
  )

  test(
    "of all steps receives creations too",
    Effect.gen(function* () {
      const received: Array<readonly [communication: string, from: string | null, to: string]> = []
      const handler = ({ communication, from, to }: CommunicationEvent) =>
        Effect.sync(() => received.push([communication, from, to]))
      const completed = yield* completing(2)
      yield* Effect.forkChild(subscribe({ subscription: "audit", steps: "all", handler }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        received,
        completed.flatMap((id) => [[id, null, "DRAFT"] as const, [id, "DRAFT", "COMPLETED"] as const])
      )
    })
  )

  test(
    "that subscribes from now receives later events, also those of the time while it did not run",
    Effect.gen(function* () {
      const { handed, handler } = noting()
      const subscribing = subscribe({ subscription: "mail", from: "now", handler })
      yield* completing(1)
      const first = yield* Effect.forkChild(subscribing)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(first)
      const completed = yield* completing(1)
      yield* Effect.forkChild(subscribing)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(handed, completed)
    })
  )

  test(
    "that fails is called again, ever more slowly up to a minute, and later events wait",
    Effect.gen(function* () {
      const { handed, times, handler } = noting((time) => (time <= 20 ? Effect.fail("not yet") : Effect.void))
      const [first, second] = yield* completing(2)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(handed, [...Array(21).fill(first), second])
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
    "dies of a defect": () => Effect.die("a bug"),
    "throws before it makes an effect": () => {
      throw new Error("a bug")
    },
    "interrupts itself": () => Effect.interrupt
  }
  for (const [how, handle] of Object.entries(broken)) {
    test(
      `that ${how} is called again`,
      Effect.gen(function* () {
        const handed: Array<string> = []
        const handler = ({ communication }: CommunicationEvent) =>
          handed.push(communication) < 4 ? handle() : Effect.void
        const [first, second] = yield* completing(2)
        yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(handed, [first, first, first, first, second])
      })
    )
  }

  test(
    "that fails does not delay another subscription",
    Effect.gen(function* () {
      const [failing, sound] = [noting(() => Effect.fail("never")), noting()]
      const completed = yield* completing(3)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: failing.handler }))
      yield* Effect.forkChild(subscribe({ subscription: "statistics", handler: sound.handler }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(sound.handed, completed)
      assert.deepStrictEqual([...new Set(failing.handed)], completed.slice(0, 1))
    })
  )

  test(
    "shares its subscription: one handles the events, and when it ends another continues at once",
    Effect.gen(function* () {
      const [one, other] = [noting(), noting()]
      const first = yield* Effect.forkChild(subscribe({ subscription: "mail", handler: one.handler }))
      yield* TestClock.adjust("10 millis")
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: other.handler }))
      const early = yield* completing(3)
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual([one.handed, other.handed], [early, []])
      yield* Fiber.interrupt(first)
      const late = yield* completing(3)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([one.handed, other.handed], [early, late])
    })
  )

  test(
    "keeps its subscription however long its handler takes",
    Effect.gen(function* () {
      const [slow, other] = [noting(() => Effect.sleep("1 hour")), noting()]
      const completed = yield* completing(2)
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: slow.handler }))
      yield* TestClock.adjust("10 millis")
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler: other.handler }))
      yield* TestClock.adjust("3 hours")
      assert.deepStrictEqual([slow.handed, other.handed], [completed, []])
    })
  )

  test(
    "that counts as dead stops handling, and waits for its turn",
    Effect.gen(function* () {
      const events = yield* Events
      let interrupted = 0
      const hanging = noting((time) =>
        time === 1 ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)) : Effect.void
      )
      let taken = false
      const lost = new SubscriptionTaken({ subscription: "mail" })
      const subscribing = Effect.provideService(
        subscribe({ subscription: "mail", handler: hanging.handler, lease: "30 seconds" }),
        Events,
        {
          ...events,
          take: (holder, steps, limit) => Effect.suspend(() => (taken ? lost : events.take(holder, steps, limit))),
          settle: (holder, position) => Effect.suspend(() => (taken ? lost : events.settle(holder, position)))
        }
      )
      const [first, second] = yield* completing(2)
      yield* Effect.forkChild(subscribing)
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual([hanging.handed, interrupted], [[first], 0])
      taken = true
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual([hanging.handed, interrupted], [[first], 1])
      taken = false
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(hanging.handed, [first, first, second])
    })
  )

  for (const [what, failure] of [
    ["is unavailable", new StorageUnavailable({ operation: "events", reason: "unreachable" })],
    ["is broken, its tables not made yet", Effect.die(new Error("no such table"))]
  ] as const) {
    test(
      `waits while the storage ${what}, and continues`,
      Effect.gen(function* () {
        const events = yield* Events
        let isDown = true
        const guard = <A, E>(operation: Effect.Effect<A, E>) =>
          Effect.suspend((): Effect.Effect<A, E | StorageUnavailable> => (isDown ? failure : operation))
        const { handed, handler } = noting((time) => Effect.sync(() => (isDown = time === 1)))
        yield* Effect.forkChild(
          Effect.provideService(subscribe({ subscription: "mail", handler }), Events, {
            ...events,
            open: (subscription, from) => guard(events.open(subscription, from)),
            take: (holder, steps, limit) => guard(events.take(holder, steps, limit)),
            settle: (holder, position) => guard(events.settle(holder, position))
          })
        )
        const [only] = yield* completing(1)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(handed, [])
        isDown = false
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(handed, [only])
        yield* TestClock.adjust("1 hour")
        isDown = false
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(handed, [only, only])
      })
    )
  }

  test(
    "that is interrupted stops its handler and releases the subscription at once",
    Effect.gen(function* () {
      const events = yield* Events
      const { handed, handler } = noting(() => Effect.never)
      const [first] = yield* completing(1)
      const fiber = yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("1 second")
      const other = { subscription: "mail", holder: freshId(), lease: Duration.minutes(1) }
      assert.strictEqual((yield* Effect.flip(events.take(other, "completions", 1)))._tag, "SubscriptionTaken")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        (yield* events.take(other, "completions", 1)).map(({ event }) => event.communication),
        handed
      )
      assert.deepStrictEqual(handed, [first])
    })
  )
})
