import {
  type CommunicationCompleted,
  Communications,
  type ContactInformations,
  complete,
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

/** Completes as many drafts, one after the other; tells which. */
const completing = Effect.fnUntraced(function* (count: number) {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const drafts = Array.from({ length: count }, (_, index) => aDraft(String(index)))
  for (const draft of drafts) {
    yield* store(organisation, draft)
    yield* communications.modify(organisation, { _tag: "Id", id: draft.id }, complete, anAct())
  }
  return drafts.map(({ id }): string => id)
})

/** A handler that notes what it is handed and when, before it does what it does. */
const noting = (handler: (time: number) => Effect.Effect<void, unknown> = () => Effect.void) => {
  const handed: Array<string> = []
  const times: Array<number> = []
  return {
    handed,
    times,
    handler: ({ communication }: CommunicationCompleted) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        times.push(now)
        return handler(handed.push(communication))
      })
  }
}

/** A subscription in memory, while nobody else subscribes. */
const test = (name: string, body: Effect.Effect<void, unknown, Communications | ContactInformations | Events>) =>
  it.effect(name, () => Effect.provide(body, layerMemory))

describe("a subscriber", () => {
  test(
    "is handed every event once, in order",
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
    "that subscribes from now is handed what happens from then on, also while it is away",
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
    "that fails is asked again, ever more slowly up to a minute, and what comes later waits",
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
      `that ${how} is asked again`,
      Effect.gen(function* () {
        const handed: Array<string> = []
        const handler = ({ communication }: CommunicationCompleted) =>
          handed.push(communication) < 4 ? handle() : Effect.void
        const [first, second] = yield* completing(2)
        yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(handed, [first, first, first, first, second])
      })
    )
  }

  test(
    "that fails holds up nobody of another subscription",
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
    "shares its subscription: one handles, and where that one ends, another goes on at once",
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
    "that is taken for dead stops handling, and waits for its turn",
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
          take: (holder, limit) => Effect.suspend(() => (taken ? lost : events.take(holder, limit))),
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
      `waits while the storage ${what}, and goes on`,
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
            take: (holder, limit) => guard(events.take(holder, limit)),
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
    "that is interrupted stops its handler and lets go of the subscription at once",
    Effect.gen(function* () {
      const events = yield* Events
      const { handed, handler } = noting(() => Effect.never)
      const [first] = yield* completing(1)
      const fiber = yield* Effect.forkChild(subscribe({ subscription: "mail", handler }))
      yield* TestClock.adjust("1 second")
      const other = { subscription: "mail", holder: freshId(), lease: Duration.minutes(1) }
      assert.strictEqual((yield* Effect.flip(events.take(other, 1)))._tag, "SubscriptionTaken")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        (yield* events.take(other, 1)).map(({ event }) => event.communication),
        handed
      )
      assert.deepStrictEqual(handed, [first])
    })
  )
})
