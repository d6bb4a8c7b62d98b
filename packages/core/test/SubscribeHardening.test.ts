/** Mistakes of a host that must not end a subscription, nor stop it for the other events. */
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
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock, TestConsole } from "effect/testing"
import { vi } from "vitest"
import { completeOne } from "./Given.ts"
import { completeDrafts, recording, test } from "./Subscribing.ts"

describe("a subscription", () => {
  test(
    "continues if the host's log function throws, and logs to the console",
    Effect.gen(function* () {
      const { delivered, handler } = recording((time) => (time === 1 ? Effect.fail("a mistake") : Effect.void))
      const completed = yield* completeDrafts(1)
      const log = layerLog(() => {
        throw new Error("the stream is closed")
      })
      yield* subscribe({ subscription: "mail", handler }).pipe(Effect.provide(log), Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(delivered, [completed[0], completed[0]])
      assert.include(String(yield* TestConsole.logLines), "The handler of a subscription failed and will be retried")
    })
  )

  test(
    "continues if a logger throws",
    Effect.gen(function* () {
      const { delivered, handler } = recording((time) => (time === 1 ? Effect.fail("a mistake") : Effect.void))
      const completed = yield* completeDrafts(1)
      const log = Logger.layer([Logger.make(() => assert.fail("the stream is closed"))])
      yield* subscribe({ subscription: "mail", handler }).pipe(Effect.provide(log), Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(delivered, [completed[0], completed[0]])
    })
  )

  test(
    "does not interrupt its handler, nor call it again, because the storage is unavailable meanwhile",
    Effect.gen(function* () {
      const events = yield* Events
      let settled = 0
      const unavailable = Events.of({
        ...events,
        settle: (holder, position) =>
          Effect.suspend(() =>
            ++settled < 3
              ? Effect.fail(new StorageUnavailable({ operation: "Events.settle", reason: "unreachable" }))
              : events.settle(holder, position)
          )
      })
      let finished = 0
      const { delivered, handler } = recording(() =>
        Effect.andThen(
          Effect.sleep("1 minute"),
          Effect.sync(() => finished++)
        )
      )
      const completed = yield* completeDrafts(1)
      yield* subscribe({ subscription: "mail", lease: "30 seconds", handler }).pipe(
        Effect.provideService(Events, unavailable),
        Effect.forkChild
      )
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual([delivered, finished], [completed, 1])
      assert.isAtLeast(settled, 3)
    })
  )

  test(
    "continues under another name after a timeout, so that a late statement cannot move its position",
    Effect.gen(function* () {
      const events = yield* Events
      const holders: Array<string> = []
      const slow = Events.of({
        ...events,
        claim: (holder, steps, limit) =>
          holders.push(holder.holder) === 1
            ? Effect.fail(new StorageUnavailable({ operation: "Events.claim", reason: "timeout" }))
            : events.claim(holder, steps, limit)
      })
      const { delivered, handler } = recording()
      const completed = yield* completeDrafts(1)
      yield* subscribe({ subscription: "mail", handler, onError: () => Effect.void }).pipe(
        Effect.provideService(Events, slow),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(delivered, completed)
      assert.strictEqual(new Set(holders).size, 2)
    })
  )

  test(
    "opens once, and not at each poll, while another process has the lease",
    Effect.gen(function* () {
      const events = yield* Events
      let opened = 0
      const counting = Events.of({
        ...events,
        open: (subscription, from) =>
          Effect.suspend(() => {
            opened += 1
            return events.open(subscription, from)
          })
      })
      const { delivered, handler } = recording()
      const completed = yield* completeDrafts(1)
      yield* events.open("mail", "beginning")
      const other = { subscription: "mail", holder: freshId(), lease: Duration.minutes(1) }
      yield* events.claim(other, "completions", 1)
      yield* subscribe({ subscription: "mail", handler }).pipe(
        Effect.provideService(Events, counting),
        Effect.forkChild
      )
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual([opened, delivered], [1, []])
      yield* TestClock.adjust("40 seconds")
      assert.deepStrictEqual([opened, delivered], [1, completed])
    })
  )

  it("does not call a promise handler again while an aborted one still runs", async () => {
    let settled = 0
    const taken = new SubscriptionTaken({ subscription: "mail" })
    const ports = Layer.effect(
      Events,
      Effect.map(Events, (events) =>
        Events.of({
          ...events,
          settle: (...parameters) =>
            Effect.suspend(() => (++settled === 1 ? Effect.fail(taken) : events.settle(...parameters)))
        })
      )
    ).pipe(Layer.provideMerge(layerMemory))
    const methods = createCommunications(ports)
    await completeOne(methods)
    const calls: Array<"begin" | "end"> = []
    const [released, aborted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { stop } = methods.subscribe({
      ...{ subscription: "mail", every: "2 millis", lease: "30 millis" },
      handler: async (_, signal) => {
        signal.addEventListener("abort", () => aborted.resolve())
        if (calls.push("begin") === 1) await released.promise
        calls.push("end")
      }
    })
    await aborted.promise
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepStrictEqual(calls, ["begin"])
    released.resolve()
    await vi.waitFor(() => assert.deepStrictEqual(calls, ["begin", "end", "begin", "end"]))
    await stop()
  })

  it.each([
    [new RangeError("x".repeat(2_000)), `RangeError: ${"x".repeat(988)}`],
    ["x".repeat(2_000), `"${"x".repeat(999)}`],
    [{ code: 5 }, '{"code":5}'],
    [undefined, "undefined"]
  ])("stores at most 1,000 characters of the error of a parked event: %#", async (error, text) => {
    const { seed, subscribe } = createTestCommunications()
    seed.completed()
    const subscription = subscribe({
      ...{ subscription: "mail", attempts: 1, every: "2 millis" },
      handler: () => Promise.reject(error),
      onError: () => {}
    })
    await vi.waitFor(async () => assert.strictEqual((await subscription.parked())[0]?.error, text))
    await subscription.stop()
  })
  it("parks an event whose error cannot be converted to text, and reports it to onError", async () => {
    const { seed, subscribe } = createTestCommunications()
    seed.completed()
    const failures: Array<unknown> = []
    const subscription = subscribe({
      ...{ subscription: "mail", attempts: 2, every: "2 millis" },
      handler: () => {
        throw Object.create(null, { toJSON: { get: () => assert.fail("no text") } })
      },
      onError: (_, __, failure) => void failures.push(failure)
    })
    await vi.waitFor(async () => assert.lengthOf(await subscription.parked(), 1))
    assert.deepStrictEqual(
      (await subscription.parked()).map(({ error }) => error),
      ["an error that cannot be converted to text"]
    )
    assert.deepStrictEqual(failures, [
      { attempts: 1, isParked: false },
      { attempts: 2, isParked: true }
    ])
    await subscription.stop()
  })

  it("reports to onError that its ports cannot be built", async () => {
    const mistake = new Error("no such service")
    const { subscribe } = createCommunications(Layer.merge(layerMemory, Layer.effect(Events, Effect.die(mistake))))
    const seen: Array<unknown> = []
    subscribe({ subscription: "mail", handler: () => {}, onError: (error) => void seen.push(error) })
    await vi.waitFor(() => assert.deepStrictEqual(seen, [mistake]))
  })
})
