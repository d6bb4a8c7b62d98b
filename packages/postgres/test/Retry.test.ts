import { createCommunications, type PortMethod, Readiness, StorageUnavailable } from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { type Execute, type ExecutorOptions, layerHost } from "@communications/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { expectTypeOf } from "vitest"
import { StorageTimeout, timeLimit, withRemainingTime } from "../src/statements/StorageErrors.ts"

/** Runs a statement that fails once, or `failures` times, with this SQLSTATE; returns the result and how often it ran. */
const running = (code: string, options?: ExecutorOptions, handle: Pick<Execute, "concurrency"> = {}, failures = 1) =>
  Effect.gen(function* () {
    let runs = 0
    const execute: Execute = Object.assign(async () => {
      if (runs++ < failures) throw Object.assign(new Error("a conflict"), { code })
      return []
    }, handle)
    const check = Effect.flatMap(Readiness, ({ check }) => check)
    const error = yield* check.pipe(Effect.flip, Effect.option, Effect.provide(layerHost(execute, options)))
    return { runs, error }
  })

describe("a statement that PostgreSQL rolls back because of a concurrent transaction", () => {
  for (const code of ["40001", "40P01"]) {
    it.live(`runs again on a pool (${code})`, () =>
      Effect.gen(function* () {
        const { runs, error } = yield* running(code, { concurrency: 2 })
        assert.strictEqual(runs, 2)
        assert.strictEqual(error._tag, "None")
        const repeated = yield* running(code, { concurrency: 2 }, {}, 5)
        assert.deepStrictEqual([repeated.runs, repeated.error._tag], [6, "None"])
      })
    )
    it.live(`runs once if it may be part of the host's transaction (${code})`, () =>
      Effect.gen(function* () {
        // The options of a pool do not make a pool of a transaction.
        for (const once of [running(code), running(code, { concurrency: 8 }, { concurrency: 1 })]) {
          const { runs, error } = yield* once
          assert.strictEqual(runs, 1)
          if (error._tag === "None") return assert.fail("expected an error")
          assert.instanceOf(error.value, StorageUnavailable)
          assert.deepInclude(error.value, { reason: "conflict", sqlState: code })
        }
      })
    )
  }
})

it.live("a part of an operation has the time that remains, not the whole time again", () =>
  Effect.gen(function* () {
    const remaining = withRemainingTime((limitToRemaining) => Effect.delay(limitToRemaining(timeLimit), "50 millis"))
    const left = yield* Effect.provideService(remaining, StorageTimeout, "1 minute")
    assert.isAtMost(left, 60_000 - 49)
    assert.isAbove(left, 0)
    assert.strictEqual(yield* Effect.provideService(remaining, StorageTimeout, "10 millis"), 0)
  })
)

describe("operation of an error", () => {
  it("names the method of a port", async () => {
    const refused: Execute = () => Promise.reject(Object.assign(new Error("the server starts up"), { code: "57P03" }))
    const { communications, contact_information, authentication } = createCommunications(layerHost(refused))
    const user = { caller: freshCaller() }
    const communication = { ...user, communication_identifier: { number: "41" } }
    const contact = { ...user, contact_information_identifier: { id: freshId() } }
    const outcomes = [
      await communications.complete(communication),
      await communications.show(communication),
      await communications.view(communication),
      await communications.list({ ...user, life_cycle_state: "DRAFT" }),
      await contact_information.show(contact),
      await authentication.release({ token: freshId() })
    ]
    const operations: ReadonlyArray<PortMethod> = [
      ...(["Communications.take", "Communications.find", "Communications.view", "Communications.list"] as const),
      ...(["ContactInformations.find", "Sessions.release"] as const)
    ]
    assert.deepStrictEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.error instanceof StorageUnavailable && outcome.error.operation),
      [...operations]
    )
  })
  it("has one spelling, which the compiler checks", () => {
    expectTypeOf<"Communications.take">().toExtend<PortMethod>()
    expectTypeOf<"communications.take" | "Communications.complete" | "take">()
      .exclude<PortMethod>()
      .toEqualTypeOf<"communications.take" | "Communications.complete" | "take">()
  })
})
