import {
  type CommunicationEvent,
  Communications,
  completion,
  Events,
  StorageUnavailable,
  SubscriptionTaken,
  subscribe
} from "@communications/core"
import { aDraft, anAct, freshOrganisation, store } from "@communications/core/testing"
import { assert, describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { completeDrafts, recording, test } from "./Subscribing.ts"

/** Events that record the positions which a subscription stores, as indexes of its batch, and the holders that read. */
const watched = Effect.gen(function* () {
  const events = yield* Events
  const [settled, holders]: [Array<number | null>, Array<string>] = [[], []]
  let batch: ReadonlyArray<string> = []
  /** What the next calls of `claim` and `release` fail with. */
  const failures: { claim: Array<StorageUnavailable | SubscriptionTaken>; release: Array<StorageUnavailable> } = {
    ...{ claim: [], release: [] }
  }
  const layer = Layer.succeed(Events, {
    ...events,
    claim: (holder, steps, limit) =>
      Effect.suspend(() => {
        holders.push(holder.holder)
        const failure = failures.claim.shift()
        if (failure !== undefined) return Effect.fail(failure)
        return Effect.tap(events.claim(holder, steps, limit), (recorded) =>
          Effect.sync(() => {
            if (recorded.length > 0) batch = recorded.map(({ position }) => position)
          })
        )
      }),
    settle: (holder, position) =>
      Effect.suspend(() => {
        settled.push(position === null ? null : batch.indexOf(position))
        return events.settle(holder, position)
      }),
    release: (holder) =>
      Effect.suspend(() => {
        const failure = failures.release.shift()
        return failure === undefined ? events.release(holder) : Effect.fail(failure)
      })
  })
  return { settled, holders, failures, layer }
})

const unavailable = (reason: StorageUnavailable["reason"]) =>
  new StorageUnavailable({ operation: "Events.claim", reason })

describe("a subscription stores its position", () => {
  test(
    "once for a batch that is handled quickly",
    Effect.gen(function* () {
      const { settled, layer } = yield* watched
      yield* completeDrafts(3)
      yield* subscribe({ subscription: "mail", handler: () => Effect.void }).pipe(
        Effect.provide(layer),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(settled, [2])
    })
  )
  test(
    "each second while it handles a batch, and after its end",
    Effect.gen(function* () {
      const { settled, layer } = yield* watched
      yield* completeDrafts(5)
      yield* TestClock.adjust("1 hour")
      const handler = () => Effect.sleep("500 millis")
      yield* subscribe({ subscription: "mail", handler }).pipe(Effect.provide(layer), Effect.forkChild)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(settled, [1, 3, 4])
    })
  )
  test(
    "after a batch in which it parks an event, also if withheld events are at the end: it handles nothing twice",
    Effect.gen(function* () {
      const { settled, layer } = yield* watched
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const [first, poisoned, healthy] = [aDraft("first"), aDraft("poisoned"), aDraft("healthy")]
      for (const draft of [first, poisoned, healthy]) yield* store(organisation, draft)
      yield* communications.take(organisation, { _tag: "Id", id: poisoned.id }, completion, anAct())
      const handled: Array<string> = []
      const handler = ({ number }: CommunicationEvent) =>
        number === "poisoned" ? Effect.die("poison") : Effect.sync(() => void handled.push(number))
      const options = { subscription: "mail", steps: "all", attempts: 1, onError: () => Effect.void } as const
      yield* subscribe({ ...options, handler }).pipe(Effect.provide(layer), Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([handled, settled], [["first", "healthy"], [2]])
    })
  )
  test(
    "by parking the last event of a batch: it does not move it back",
    Effect.gen(function* () {
      const { settled, layer } = yield* watched
      const [, last] = yield* completeDrafts(2)
      const handler = ({ communication }: CommunicationEvent) =>
        communication === last ? Effect.die("poison") : Effect.void
      const options = { subscription: "mail", attempts: 1, onError: () => Effect.void } as const
      yield* subscribe({ ...options, handler }).pipe(Effect.provide(layer), Effect.forkChild)
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(settled, [null])
    })
  )
})

describe("a subscription", () => {
  test(
    "continues under another name after a timeout whose statement may still run, and only then",
    Effect.gen(function* () {
      const { holders, failures, layer } = yield* watched
      failures.claim = [unavailable("unreachable"), unavailable("timeout"), unavailable("timeout")]
      failures.release = [unavailable("timeout")]
      const options = { subscription: "mail", onError: () => Effect.void }
      yield* subscribe({ ...options, handler: () => Effect.void }).pipe(Effect.provide(layer), Effect.forkChild)
      yield* TestClock.adjust("10 minutes")
      const [one, two, three, four, ...later] = holders
      // The first release fails: then the statement may have the lease still.
      assert.deepStrictEqual([two, three], [one, one])
      assert.notStrictEqual(four, one)
      assert.deepStrictEqual(new Set(later), new Set([four]))
    })
  )
  test(
    "tries a handler that fails again after a tenth of a second, and then after twice as long each time",
    Effect.gen(function* () {
      yield* completeDrafts(1)
      const { times, handler } = recording((time) => (time < 4 ? Effect.fail("busy") : Effect.void))
      yield* Effect.forkChild(subscribe({ subscription: "mail", handler, onError: () => Effect.void }))
      yield* Effect.repeat(TestClock.adjust("1 millis"), { times: 2_000 })
      const delays = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / (100 * 2 ** index))
      assert.strictEqual(delays.length, 3)
      for (const delay of delays) assert.isTrue(delay >= 0.79 && delay <= 1.22, String(delay))
    })
  )
  test(
    "does not call a failure over because another process has the lease",
    Effect.gen(function* () {
      const { failures, layer } = yield* watched
      const taken = new SubscriptionTaken({ subscription: "mail" })
      failures.claim = [unavailable("unreachable"), taken, unavailable("unreachable")]
      let reported = 0
      const onError = () => Effect.sync(() => void reported++)
      yield* subscribe({ subscription: "mail", onError, handler: () => Effect.void }).pipe(
        Effect.provide(layer),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(reported, 2)
    })
  )
})
