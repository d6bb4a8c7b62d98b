import type { OrganisationId } from "@communications/core"
import { freshOrganisation } from "@communications/core/testing"
import { type Execute, layerExecutor } from "@communications/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeUntilUnlocked } from "../src/communications/LockWaiters.ts"

const execute: Execute = () => Promise.resolve([])

/** Runs twenty requests for locked rows on a handle; returns how many of them wait in the database at once. */
const waitersOf = Effect.fnUntraced(function* (concurrency: number, organisationOf: () => OrganisationId) {
  const unlocked = yield* Deferred.make<string>()
  const untilUnlocked = yield* Effect.provide(makeUntilUnlocked, layerExecutor(execute, { concurrency }))
  let [waiting, most, attempts] = [0, 0, 0]
  const wait = Effect.suspend(() => {
    waiting++
    most = Math.max(most, waiting)
    return Effect.ensuring(
      Deferred.await(unlocked),
      Effect.sync(() => waiting--)
    )
  })
  const allRefused = yield* Deferred.make<void>()
  const attempt = Effect.suspend(() => {
    attempts++
    return Effect.as(attempts >= 20 ? Deferred.succeed(allRefused, undefined) : Effect.void, undefined)
  })
  const requests = yield* Effect.forkChild(
    Effect.all(
      Array.from({ length: 20 }, () => untilUnlocked<string, never>(organisationOf(), attempt, wait)),
      { concurrency: "unbounded" }
    )
  )
  // A single connection waits in any case, because it may be a transaction.
  if (concurrency > 1) yield* Deferred.await(allRefused)
  else yield* Effect.yieldNow
  yield* Deferred.succeed(unlocked, "done")
  assert.deepStrictEqual(yield* Fiber.join(requests), Array(20).fill("done"))
  return most
})

describe("requests for locked rows", () => {
  const one = freshOrganisation()
  for (const [concurrency, ofOne, ofMany] of [
    [2, 1, 1],
    [3, 1, 1],
    [5, 1, 2],
    [8, 2, 4],
    [100, 2, 4]
  ] as const) {
    it.live(`on ${concurrency} connections, ${ofMany} wait in the database at once, ${ofOne} of one organisation`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* waitersOf(concurrency, () => one), ofOne)
        assert.strictEqual(yield* waitersOf(concurrency, freshOrganisation), ofMany)
      })
    )
  }
  it.live("one that has waited makes room for another of its own organisation, and of no other", () =>
    Effect.gen(function* () {
      const untilUnlocked = yield* Effect.provide(makeUntilUnlocked, layerExecutor(execute, { concurrency: 8 }))
      const [waiting, refused]: [Array<string>, Array<string>] = [[], []]
      const start = Effect.fnUntraced(function* (organisation: OrganisationId, name: string) {
        const unlocked = yield* Deferred.make<string>()
        const wait = Effect.andThen(
          Effect.sync(() => waiting.push(name)),
          Deferred.await(unlocked)
        )
        const attempt = Effect.sync(() => void refused.push(name))
        const fiber = yield* Effect.forkChild(untilUnlocked<string, never>(organisation, attempt, wait), {
          startImmediately: true
        })
        return { finish: Effect.andThen(Deferred.succeed(unlocked, "done"), Fiber.join(fiber)) }
      })
      const first = yield* start(one, "first")
      yield* start(one, "second")
      const another = yield* start(freshOrganisation(), "another")
      yield* first.finish
      yield* start(one, "third")
      yield* another.finish
      yield* start(one, "fourth")
      assert.deepStrictEqual(waiting, ["first", "second", "another", "third"])
      assert.deepStrictEqual(refused, ["fourth"])
    })
  )
  it.effect("those that may not wait try again after pauses that grow to 200 ms", () =>
    Effect.gen(function* () {
      const untilUnlocked = yield* Effect.provide(makeUntilUnlocked, layerExecutor(execute, { concurrency: 2 }))
      const times: Array<number> = []
      const attempt = Effect.map(Clock.currentTimeMillis, (now) => void times.push(now))
      yield* Effect.forkChild(untilUnlocked<never, never>(one, attempt, Effect.never), { startImmediately: true })
      yield* Effect.forkChild(untilUnlocked<never, never>(one, attempt, Effect.never), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(times, [0, 5, 15, 35, 75, 155, 315, 515, 715, 915])
    })
  )
  it.live("all wait in the database on a single connection, which may be a transaction", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* waitersOf(1, () => one), 20)
    })
  )
})
