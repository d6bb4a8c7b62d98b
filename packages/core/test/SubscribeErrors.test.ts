import { inspect } from "node:util"
import {
  createCommunications,
  Events,
  type LogLine,
  layerLog,
  layerMemory,
  type PromiseSubscription,
  StorageUnavailable,
  subscribe
} from "@communications/core"
import { createTestCommunications } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { onTestFinished, vi } from "vitest"
import { completeOne } from "./Given.ts"
import { completeDrafts, recording, test } from "./Subscribing.ts"

const down = new StorageUnavailable({ operation: "Events.claim", reason: "unreachable" })

/** Ports whose log cannot be read while `isDown`. */
const breakable = Effect.gen(function* () {
  const events = yield* Events
  const storage = { isDown: true }
  const layer = Layer.succeed(Events, {
    ...events,
    claim: (holder, steps, limit) =>
      Effect.suspend(() => (storage.isDown ? Effect.fail(down) : events.claim(holder, steps, limit)))
  })
  return { storage, layer }
})

describe("the log of a subscription", () => {
  test(
    "says once that reading fails, and once that it works again",
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      const { storage, layer } = yield* breakable
      const { delivered, handler } = recording()
      const completed = yield* completeDrafts(1)
      yield* subscribe({ subscription: "mail", handler }).pipe(
        Effect.provide(
          Layer.merge(
            layer,
            layerLog((line) => lines.push(line))
          )
        ),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 minutes")
      const details = { subscription: "mail" }
      const failed = {
        level: "warn",
        message: "Reading events failed and will be retried",
        error: down,
        details
      } as const
      assert.deepStrictEqual(lines, [failed])
      storage.isDown = false
      yield* TestClock.adjust("10 minutes")
      const works = { level: "info", message: "Reading events works again", error: undefined, details } as const
      assert.deepStrictEqual([lines, delivered], [[failed, works], completed])
      storage.isDown = true
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(lines, [failed, works, failed])
    })
  )
  it("of a promise host prints only warnings by default: not that reading works again", async () => {
    const printed = vi.spyOn(console, "log").mockImplementation(() => {})
    onTestFinished(() => printed.mockRestore())
    for (const onError of [undefined, () => {}]) {
      printed.mockClear()
      let claims = 0
      const ports = Layer.effect(
        Events,
        Effect.map(Events, (events) =>
          Events.of({
            ...events,
            claim: (...parameters) => (++claims === 1 ? Effect.fail(down) : events.claim(...parameters))
          })
        )
      ).pipe(Layer.provideMerge(layerMemory))
      const { subscribe } = createCommunications(ports)
      const { stop } = subscribe({ subscription: "mail", every: "2 millis", handler: () => {}, onError })
      await vi.waitFor(() => assert.isAtLeast(claims, 3))
      await stop()
      const lines = printed.mock.calls.map((line) => line.join(" "))
      assert.lengthOf(lines, onError === undefined ? 1 : 0)
      for (const line of lines) assert.include(line, "Reading events failed and will be retried")
    }
  })
  it("has the error that a promise handler threw, with the event", async () => {
    const lines: Array<LogLine> = []
    const ports = Layer.merge(
      layerMemory,
      layerLog((line) => lines.push(line))
    )
    const methods = createCommunications(ports)
    await completeOne(methods)
    const mistake = new Error("a mistake of the handler")
    const handled: Array<string> = []
    const { stop } = methods.subscribe({
      subscription: "mail",
      handler: async (event) => {
        if (handled.push(event.id) === 1) throw mistake
      }
    })
    await vi.waitFor(() => assert.lengthOf(handled, 2))
    await stop()
    const message = "The handler of a subscription failed and will be retried"
    assert.deepStrictEqual(lines, [
      { level: "warn", message, error: mistake, details: { subscription: "mail", event: handled[0] } }
    ])
  })
})

describe("onError", () => {
  test(
    "is called with the cause and the event of each failure of the handler",
    Effect.gen(function* () {
      const seen: Array<readonly [unknown, string | undefined]> = []
      const { handler } = recording((time) => (time < 3 ? Effect.fail(`failure ${time}`) : Effect.void))
      const [communication] = yield* completeDrafts(1)
      yield* Effect.forkChild(
        subscribe({
          ...{ subscription: "mail", handler },
          onError: (cause, event) => Effect.sync(() => seen.push([Cause.squash(cause), event?.communication]))
        })
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(seen, [
        ["failure 1", communication],
        ["failure 2", communication]
      ])
    })
  )
  test(
    "is called once, without an event, when reading begins to fail",
    Effect.gen(function* () {
      const seen: Array<readonly [unknown, unknown]> = []
      const { layer } = yield* breakable
      yield* subscribe({
        ...{ subscription: "mail", handler: () => Effect.void },
        onError: (cause, event) => Effect.sync(() => seen.push([Cause.squash(cause), event]))
      }).pipe(Effect.provide(layer), Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(seen, [[down, undefined]])
    })
  )
  it("of a host without Effect receives the error that the handler threw, and may fail itself", async () => {
    const { seed, subscribe } = createTestCommunications()
    const { number } = seed.completed()
    const mistake = new Error("a mistake of the handler")
    const seen: Array<readonly [unknown, string | undefined]> = []
    const { stop } = subscribe({
      subscription: "mail",
      handler: () => Promise.reject(mistake),
      onError: (error, event) => {
        seen.push([error, event?.number])
        throw new Error("a mistake of onError")
      }
    })
    await vi.waitFor(() => assert.isAtLeast(seen.length, 2))
    await stop()
    assert.deepStrictEqual(seen.slice(0, 2), [
      [mistake, number],
      [mistake, number]
    ])
  })
})

describe("the options of a subscription are checked when it is made:", () => {
  const sound = { subscription: "mail", handler: () => {} }
  const wrong: Readonly<Record<string, object>> = {
    "an unknown start": { from: "noon" },
    "unknown steps": { steps: "completion" },
    "an unknown unit": { every: "1 fortnight" },
    "no duration": { every: "soon" },
    "a negative duration": { lease: "-1 seconds" },
    "a duration that is no number": { lease: Number.NaN },
    "an infinite duration": { lease: "Infinity" },
    "no lease": { lease: 0 },
    "no name": { subscription: "" },
    "a name with the character U+0000": { subscription: "\u0000" },
    "no handler": { handler: undefined },
    "an onError that is no function": { onError: "log" },
    "an unknown option": { attempt: 3 }
  }
  const { subscribe: subscribePromise } = createTestCommunications()
  const asSubscription = (options: object): PromiseSubscription => Object.assign({ ...sound }, options)
  for (const [what, options] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => subscribePromise(asSubscription(options)), /subscription|finite duration/)
      assert.throws(() => subscribe(Object.assign({ ...sound, handler: () => Effect.void }, options)))
    })
  }
  it("names what is allowed instead of an unknown start", () => {
    const error = /^from of a subscription must be "beginning" or "now"$/
    assert.throws(() => subscribePromise(asSubscription({ from: "noon" })), error)
  })
})

it("a subscription whose ports cannot be built logs an error with its name", async () => {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {})
  onTestFinished(() => printed.mockRestore())
  const bug = new Error("a mistake in the ports")
  const { subscribe } = createCommunications(Layer.provide(layerMemory, Layer.effectDiscard(Effect.die(bug))))
  const { ready } = subscribe({ subscription: "mail", handler: () => {} })
  assert.strictEqual(await ready.catch((error: unknown) => error), bug)
  const text = inspect(printed.mock.calls, { depth: null })
  for (const part of ["A subscription has ended", "a mistake in the ports", "'mail'"]) assert.include(text, part)
})
