import { layerMemory, Sessions } from "@communications/core"
import { freshCaller, freshId, freshToken } from "@communications/core/testing"
import { assert, describe, it, layer } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { makeRefusalDelay } from "../src/RefusedTokens.ts"
import { respond } from "../src/Respond.ts"

/** A request with this token from this address. */
const request = (token: string, address: string | null) =>
  Effect.map(
    respond({
      method: "GET",
      url: "/crmapi/rest/v2/communications/list?life_cycle_state=DRAFT",
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array(),
      address
    }),
    ({ status }) => status
  )

/** Sends requests at once, and waits until those that are not delayed have their responses. */
const sendAll = Effect.fnUntraced(function* (tokens: ReadonlyArray<string>, address: string | null) {
  const fibers = yield* Effect.forEach(tokens, (token) => Effect.forkChild(request(token, address)))
  yield* TestClock.adjust("0 millis")
  return fibers
})

const pending = (fibers: ReadonlyArray<Fiber.Fiber<number>>) =>
  fibers.filter((fiber) => fiber.pollUnsafe() === undefined).length

/** An address in a network that has sent no token yet, and another one in that network. */
const freshNetwork = () => {
  const [, high, low] = /^(.{4})(.{4})/.exec(freshId()) ?? []
  return [`2001:db8:${high}:${low}::1`, `2001:db8:${high}:${low}::2`] as const
}

const unknownTokens = (count: number) => Array.from({ length: count }, () => freshId())

layer(layerMemory)("a flood of invalid tokens from one address", (it) => {
  it.effect("is slowed down to 100 refusals a second; unknown, malformed and missing tokens count alike", () =>
    Effect.gen(function* () {
      const [address] = freshNetwork()
      const kinds = unknownTokens(130).flatMap((token) => [token, "malformed", ""])
      const flood = yield* sendAll(kinds.slice(0, 130), address)
      assert.strictEqual(pending(flood), 30)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(pending(flood), 20)
      yield* TestClock.adjust("200 millis")
      assert.strictEqual(pending(flood), 0)
      assert.deepStrictEqual(new Set(yield* Effect.forEach(flood, Fiber.join)), new Set([401]))
    })
  )

  it.effect("delays neither a valid token from there, nor an invalid one from elsewhere", () =>
    Effect.gen(function* () {
      const [[address], [elsewhere]] = [freshNetwork(), freshNetwork()]
      const token = freshToken()
      yield* (yield* Sessions).open(token, freshCaller(), Duration.days(1))
      const flood = yield* sendAll(unknownTokens(300), address)
      assert.strictEqual(yield* request(Redacted.value(token), address), 200)
      assert.strictEqual(yield* request(freshId(), elsewhere), 401)
      assert.strictEqual(pending(flood), 200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(pending(flood), 0)
    })
  )

  it.effect("delays no refusal by more than 5 seconds, and none once it has ended", () =>
    Effect.gen(function* () {
      const [address] = freshNetwork()
      const flood = yield* sendAll(unknownTokens(1_000), address)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(pending(flood), 0)
      yield* TestClock.adjust("1 second")
      const later = yield* sendAll(unknownTokens(100), address)
      assert.strictEqual(pending(later), 0)
    })
  )

  it.effect("is counted for the network that a customer has: the first 64 bits of an IPv6 address", () =>
    Effect.gen(function* () {
      const [[address, neighbour], [elsewhere]] = [freshNetwork(), freshNetwork()]
      yield* sendAll(unknownTokens(100), address)
      assert.strictEqual(pending(yield* sendAll(unknownTokens(1), neighbour)), 1)
      assert.strictEqual(pending(yield* sendAll(unknownTokens(1), elsewhere)), 0)
      yield* TestClock.adjust("1 second")
    })
  )
})

describe("the delay of refusals", () => {
  it.effect("sets a timer only for a delay", () =>
    Effect.gen(function* () {
      const delay = makeRefusalDelay()
      const clock = yield* Clock.Clock
      const delays: Array<number> = []
      const sleep = (duration: Duration.Duration) => Effect.sync(() => void delays.push(Duration.toMillis(duration)))
      const refuse = Effect.provideService(delay("one"), Clock.Clock, { ...clock, sleep })
      for (let time = 0; time < 102; time++) yield* refuse
      assert.deepStrictEqual(delays, [10, 20])
    })
  )

  it.effect("forgets a network once its burst is full again, two at each refusal", () =>
    Effect.gen(function* () {
      const fullAt = new Map<string, number>()
      const delay = makeRefusalDelay(fullAt)
      for (const address of ["one", "two", "three"]) yield* delay(address)
      yield* TestClock.adjust("9 millis")
      yield* delay("four")
      assert.deepStrictEqual([...fullAt.keys()], ["one", "two", "three", "four"])
      yield* TestClock.adjust("1 millis")
      yield* delay("five")
      assert.deepStrictEqual([...fullAt.keys()], ["three", "four", "five"])
      yield* TestClock.adjust("1 second")
      yield* delay("six")
      yield* delay("seven")
      assert.deepStrictEqual([...fullAt.keys()], ["six", "seven"])
    })
  )

  it.effect("remembers few networks, while two of them never stop", () =>
    Effect.gen(function* () {
      const fullAt = new Map<string, number>()
      const delay = makeRefusalDelay(fullAt)
      for (let time = 0; time < 100; time++) for (const address of ["one", "two"]) yield* delay(address)
      for (let time = 0; time < 100; time++) {
        yield* TestClock.adjust("10 millis")
        for (const address of ["one", "two", freshId()]) yield* delay(address)
      }
      assert.isBelow(fullAt.size, 5)
    })
  )
})
