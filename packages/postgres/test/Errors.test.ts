/** What the library reads from the errors of drivers, and makes of them. */
import { CommunicationId, Communications, completion, Readiness, StorageUnavailable } from "@communications/core"
import { anAct, freshId, freshOrganisation } from "@communications/core/testing"
import { layerHost } from "@communications/postgres"
import { assert, describe, it, onTestFinished, vi } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { withRemedy } from "../src/statements/Remedies.ts"
import { describeError, messageOf, sqlStateOf } from "../src/statements/SqlState.ts"
import { withTimeLimit } from "../src/statements/StorageErrors.ts"

describe("the error of a driver", () => {
  it("has a SQLSTATE only if the server has sent it", () => {
    assert.strictEqual(sqlStateOf({ code: "40001" }), "40001")
    assert.strictEqual(sqlStateOf({ code: "XX000" }), "XX000")
    const others = [{ code: "ECONNREFUSED" }, { code: "4000" }, { code: "400011" }, { code: 40001 }, {}, null, "40001"]
    for (const other of others) assert.isNull(sqlStateOf(other))
  })
  it("has a message only if that is a text", () => {
    assert.strictEqual(messageOf(new Error("too late")), "too late")
    for (const other of [{ message: 5 }, {}, undefined, "too late"]) assert.isUndefined(messageOf(other))
  })
  it("is described by its message and its SQLSTATE", () => {
    assert.strictEqual(
      describeError({ message: "deadlock detected", code: "40P01" }),
      "deadlock detected (SQLSTATE 40P01)"
    )
    assert.strictEqual(describeError({ message: "refused", code: "ECONNREFUSED" }), "refused")
    for (const other of [{ message: "", code: "40P01" }, { code: "40P01" }]) assert.isUndefined(describeError(other))
  })
  it("is followed by what to do about it, if the library knows that", () => {
    assert.strictEqual(withRemedy("too late", "40P01"), "too late. Run the whole transaction again")
    for (const sqlState of ["22012", null]) assert.strictEqual(withRemedy("too late", sqlState), "too late")
  })
})

/** How a statement ends that rejects with this error. */
const rejecting = (error: object) =>
  Effect.flatMap(Readiness, ({ check }) => Effect.exit(check)).pipe(
    Effect.provide(layerHost(() => Promise.reject(error), { concurrency: 2 }))
  )

describe("a statement that is rejected", () => {
  const duplicate = Object.assign(new Error("duplicate key"), { code: "23505" })
  it.effect("is a defect with the error of the driver as its cause, if the statement is wrong", () =>
    Effect.gen(function* () {
      const rejected = Object.assign(new Error("division by zero"), { code: "22012" })
      const exit = yield* rejecting(rejected)
      const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.instanceOf(defect, Error)
      assert.notInstanceOf(defect, StorageUnavailable)
      assert.strictEqual(defect.cause, rejected)
    })
  )
  for (const concurrency of [1, 2]) {
    it.effect(
      `is a defect if it violates a unique constraint and has no idempotency key (concurrency: ${concurrency})`,
      () =>
        Effect.gen(function* () {
          const { take } = yield* Communications
          const identifier = { _tag: "Id", id: CommunicationId.make(freshId()) } as const
          const exit = yield* Effect.exit(take(freshOrganisation(), identifier, completion, anAct()))
          const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
          assert.instanceOf(defect, Error)
          assert.strictEqual(defect.message, "Communications.take: duplicate key (SQLSTATE 23505)")
          assert.strictEqual(defect.cause, duplicate)
        }).pipe(Effect.provide(layerHost(() => Promise.reject(duplicate), { concurrency })))
    )
  }
  for (const code of ["ECONNREFUSED", "28P01", "3D000", "53300", "57P01", "58030", "08006", "55000"]) {
    it.effect(`is StorageUnavailable if the server is the cause (${code})`, () =>
      Effect.gen(function* () {
        const exit = yield* rejecting(Object.assign(new Error("not now"), { code }))
        const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
        assert.instanceOf(error, StorageUnavailable)
        assert.strictEqual(error.reason, "unreachable")
      })
    )
  }
})

it.effect("no timer remains of an operation that ends in time", () =>
  Effect.gen(function* () {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    onTestFinished(() => void vi.useRealTimers())
    const counted = Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => vi.getTimerCount())
    )
    assert.strictEqual(yield* withTimeLimit("Communications.find")(counted), 1)
    assert.strictEqual(vi.getTimerCount(), 0)
  })
)
