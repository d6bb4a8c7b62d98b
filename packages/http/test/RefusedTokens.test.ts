import { layerMemory, Sessions } from "@communications/core"
import { freshCaller, freshId, freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
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

const unknownTokens = (count: number) => Array.from({ length: count }, () => freshId())

layer(layerMemory)("a flood of invalid tokens from one address", (it) => {
  it.effect("is slowed down to 100 refusals a second; unknown, malformed and missing tokens count alike", () =>
    Effect.gen(function* () {
      const kinds = unknownTokens(130).flatMap((token) => [token, "malformed", ""])
      const flood = yield* sendAll(kinds.slice(0, 130), "192.0.2.1")
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
      const token = freshToken()
      yield* (yield* Sessions).open(token, freshCaller(), Duration.days(1))
      const flood = yield* sendAll(unknownTokens(300), "192.0.2.2")
      assert.strictEqual(yield* request(Redacted.value(token), "192.0.2.2"), 200)
      assert.strictEqual(yield* request(freshId(), "192.0.2.3"), 401)
      assert.strictEqual(pending(flood), 200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(pending(flood), 0)
    })
  )

  it.effect("delays no refusal by more than 5 seconds, and none once it has ended", () =>
    Effect.gen(function* () {
      const flood = yield* sendAll(unknownTokens(1_000), "192.0.2.4")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(pending(flood), 0)
      yield* TestClock.adjust("1 second")
      const later = yield* sendAll(unknownTokens(100), "192.0.2.4")
      assert.strictEqual(pending(later), 0)
    })
  )

  it.effect("is counted for the network that a customer has: the first 64 bits of an IPv6 address", () =>
    Effect.gen(function* () {
      yield* sendAll(unknownTokens(100), "2001:db8::1")
      assert.strictEqual(pending(yield* sendAll(unknownTokens(1), "2001:db8::2")), 1)
      assert.strictEqual(pending(yield* sendAll(unknownTokens(1), "2001:db8:0:1::1")), 0)
      yield* TestClock.adjust("1 second")
    })
  )
})
