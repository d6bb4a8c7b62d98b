import { type CommunicationEvent, Communications, completion, Events, subscribe } from "@communications/core"
import { aDraft, anAct, createTestCommunications, freshOrganisation, store } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { vi } from "vitest"
import { test } from "./Subscribing.ts"

/** A subscription to all steps whose handler fails for one communication while `isPoisoned`. */
const givenPoison = Effect.gen(function* () {
  const [events, communications] = [yield* Events, yield* Communications]
  const organisation = freshOrganisation()
  const [poisoned, healthy] = [aDraft("poisoned"), aDraft("healthy")]
  const handled: Array<string> = []
  const state = { isPoisoned: true, failures: 0 }
  const handler = ({ number, to }: CommunicationEvent) =>
    Effect.suspend(() => {
      if (state.isPoisoned && number === "poisoned") return Effect.die(new Error(`failure ${++state.failures}`))
      handled.push(`${number} ${to}`)
      return Effect.void
    })
  for (const draft of [poisoned, healthy]) {
    yield* store(organisation, draft)
    yield* communications.take(organisation, { _tag: "Id", id: draft.id }, completion, anAct())
  }
  const start = Effect.forkChild(subscribe({ subscription: "mail", steps: "all", attempts: 3, handler }))
  const run = yield* start
  yield* TestClock.adjust("1 minute")
  const healthyEvents = ["healthy DRAFT", "healthy COMPLETED"]
  assert.deepStrictEqual([handled, state.failures], [healthyEvents, 3])
  const [parked] = yield* events.parked("mail")
  if (parked === undefined) return yield* Effect.die("nothing is parked")
  assert.deepStrictEqual(
    [parked.error, parked.attempts, parked.event.number, parked.event.to],
    ["Error: failure 3", 3, "poisoned", "DRAFT"]
  )
  return { events, state, handled, healthyEvents, start, run, id: parked.event.id }
})

describe("a handler that always fails for one event", () => {
  test(
    "parks it, and handles the communication of another organisation that has the same id",
    Effect.gen(function* () {
      const communications = yield* Communications
      const [poisoned, healthy] = [freshOrganisation(), freshOrganisation()]
      const [same, last] = [aDraft("same"), aDraft("last")]
      const entries = [
        [poisoned, same],
        [healthy, same],
        [healthy, last]
      ] as const
      for (const [organisation, draft] of entries) {
        yield* store(organisation, draft)
        yield* communications.take(organisation, { _tag: "Id", id: draft.id }, completion, anAct())
      }
      const handled: Array<string> = []
      const handler = ({ organisation, number }: CommunicationEvent) =>
        organisation === poisoned ? Effect.die("poisoned") : Effect.sync(() => void handled.push(number))
      yield* Effect.forkChild(subscribe({ subscription: "mail", attempts: 1, handler, onError: () => Effect.void }))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handled, ["same", "last"])
    })
  )
  test(
    "parks it after some attempts; after retry, its communication is handled in order, in the same process",
    Effect.gen(function* () {
      const { events, state, handled, healthyEvents, id } = yield* givenPoison
      state.isPoisoned = false
      yield* events.retry("mail", id)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handled, [...healthyEvents, "poisoned DRAFT", "poisoned COMPLETED"])
      assert.deepStrictEqual(yield* events.parked("mail"), [])
    })
  )
  test(
    "parks it again if it still fails after retry, also for the next process",
    Effect.gen(function* () {
      const { events, state, handled, healthyEvents, start, run, id } = yield* givenPoison
      yield* Fiber.interrupt(run)
      yield* events.retry("mail", id)
      yield* start
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([handled, state.failures], [healthyEvents, 6])
      assert.strictEqual((yield* events.parked("mail"))[0]?.error, "Error: failure 6")
    })
  )
  test(
    "does not receive it after discard, but the later events of its communication",
    Effect.gen(function* () {
      const { events, state, handled, healthyEvents, id } = yield* givenPoison
      state.isPoisoned = false
      yield* events.discard("mail", id)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handled, [...healthyEvents, "poisoned COMPLETED"])
    })
  )
})

describe("for hosts without Effect", () => {
  it("parked, retry, retryAll and discard work on the running subscription", async () => {
    const { seed, subscribe } = createTestCommunications()
    const numbers = [seed.completed().number, seed.completed().number]
    const handled: Array<string> = []
    let isPoisoned = true
    const { parked, retry, retryAll, discard, stop } = subscribe({
      ...{ subscription: "mail", attempts: 1, every: "2 millis", onError: () => {} },
      handler: async ({ number }) => {
        if (isPoisoned) throw new Error("poison")
        handled.push(number)
      }
    })
    const found = await vi.waitFor(async () => {
      const found = await parked()
      assert.lengthOf(found, 2)
      return found.map(({ event }) => event)
    })
    isPoisoned = false
    const [first, second] = [
      found.find((event) => event.number === numbers[0]),
      found.find((event) => event.number === numbers[1])
    ]
    assert.isTrue(await retry(first?.id.toLowerCase() ?? ""))
    assert.isTrue(await discard(second?.id ?? ""))
    assert.deepStrictEqual([await retry("nope"), await discard(second?.id ?? "")], [false, false])
    await vi.waitFor(() => assert.deepStrictEqual(handled, numbers.slice(0, 1)))
    isPoisoned = true
    const later = [seed.completed().number, seed.completed().number]
    await vi.waitFor(async () => assert.lengthOf(await parked(), 2))
    isPoisoned = false
    assert.deepStrictEqual([await retryAll(), await retryAll()], [2, 0])
    await vi.waitFor(() => assert.sameMembers(handled.slice(1), later))
    await stop()
  })
})
