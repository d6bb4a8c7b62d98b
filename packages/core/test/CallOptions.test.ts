import { createTestCommunications } from "@communications/core/testing"
import { Effect } from "effect"
import { assert, describe, it, vi } from "vitest"
import { methodsTaking, rejectionOf } from "./Given.ts"

/** A step that never ends and cannot be interrupted, like a statement on a host's handle that waits for a lock. */
const stuck = Effect.uninterruptible(Effect.never)

const request = {
  caller: { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" },
  communication_identifier: { number: "41" }
}

describe("the options of a call", () => {
  it("request_id is recorded in the history", async () => {
    const { communications, caller, seed } = createTestCommunications()
    const { number } = seed.draft()
    const own = { caller, communication_identifier: { number } }
    await communications.complete(own, { request_id: "request-1" })
    const shown = await communications.show({ ...own, fields_set: "history.request_id,history.to" })
    assert.deepInclude(shown.ok ? (shown.value.history ?? []) : [], { to: "COMPLETED", request_id: "request-1" })
  })

  it("within ends a call that cannot be interrupted as StorageUnavailable", async () => {
    const { communications } = methodsTaking(stuck)
    const outcome = await communications.complete(request, { within: "10 millis" })
    assert.deepInclude(outcome.ok ? undefined : outcome.error, {
      ...{ _tag: "StorageUnavailable", reason: "timeout", operation: "communications/complete" }
    })
  })

  it("signal rejects a call with its reason, before and while it runs", async () => {
    const { communications } = methodsTaking(stuck)
    for (const reason of [new Error("the client has gone"), "the client has gone"]) {
      assert.strictEqual(
        await rejectionOf(communications.complete(request, { signal: AbortSignal.abort(reason) })),
        reason
      )
      const controller = new AbortController()
      const rejection = rejectionOf(communications.complete(request, { signal: controller.signal }))
      setTimeout(() => controller.abort(reason), 10)
      assert.strictEqual(await rejection, reason)
    }
  })

  it("a call that ends in time leaves no listener and no timer", async () => {
    const { communications, caller, seed } = createTestCommunications()
    let listeners = 0
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--
    }
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length
    const before = timers()
    for (const options of [{ within: "1 minute", signal }, { within: "1 minute" }, { signal }] as const) {
      const own = { caller, communication_identifier: { number: seed.draft().number } }
      assert.isTrue((await communications.complete(own, options)).ok)
      assert.strictEqual(listeners, 0)
    }
    await vi.waitFor(() => assert.isAtMost(timers(), before))
  })

  it("a call that is ended by them is interrupted", async () => {
    let interrupted = 0
    const { communications } = methodsTaking(Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)))
    await communications.complete(request, { within: "10 millis" })
    await vi.waitFor(() => assert.strictEqual(interrupted, 1))
    await rejectionOf(communications.complete(request, { signal: AbortSignal.timeout(10) }))
    await vi.waitFor(() => assert.strictEqual(interrupted, 2))
  })

  it("a call that fails by itself while its signal is aborted rejects with its own Error", async () => {
    const { communications } = methodsTaking(Effect.die("a bug of ours"))
    const signal = {
      ...{ aborted: false, reason: new Error("the client has gone"), addEventListener: () => {} },
      removeEventListener: () => {
        signal.aborted = true
      }
    }
    const error = await rejectionOf(communications.complete(request, { signal }))
    assert.isTrue(signal.aborted)
    assert.instanceOf(error, Error)
    assert.include(String(error), "a bug of ours")
  })

  const refused = async (options: object) => {
    const { communications, caller, seed, recordedEvents } = createTestCommunications()
    const { number } = seed.draft()
    const own = { caller, communication_identifier: { number } }
    const error = await rejectionOf(communications.complete(own, options))
    assert.deepStrictEqual(recordedEvents(), [])
    return error
  }
  it.each([
    { request_id: "a b" },
    { request_id: "" },
    { request_id: 5 },
    { request_id: null },
    { signal: {} },
    { signal: null }
  ])("%j is refused with a TypeError, and changes nothing", async (options) =>
    assert.match(String(await refused(options)), /^TypeError: (request_id|signal) must be /)
  )

  it.each(["idempotency_key", "requestId", "toString"])(
    "the unknown option %s is refused, and changes nothing",
    async (name) =>
      assert.strictEqual(
        String(await refused(Object.fromEntries([[name, "1"]]))),
        `TypeError: communications/complete has no option ${name}`
      )
  )

  const wrongDurations = [-5, Number.NaN, Number.POSITIVE_INFINITY, "-1 seconds", "soon", "1 fortnight"]
  const subscription = { subscription: "mail", handler: () => {} }
  const withDuration = (name: string, duration: unknown) => Object.fromEntries([[name, duration]])

  it.each([...wrongDurations, 0, null])("within of a call is refused with a RangeError if it is %j", async (duration) =>
    assert.instanceOf(await refused({ within: duration }), RangeError)
  )
  it.each([...wrongDurations, 0])("every and lease of a subscription are refused alike if they are %j", (duration) => {
    const { subscribe } = createTestCommunications()
    for (const name of ["every", "lease"]) {
      assert.throws(() => subscribe({ ...subscription, ...withDuration(name, duration) }), RangeError)
    }
  })
  it.each([0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])(
    "attempts of a subscription are refused if they are %j",
    (attempts) => {
      const { subscribe } = createTestCommunications()
      assert.throws(() => subscribe({ ...subscription, attempts }), RangeError, "attempts of a subscription must be")
    }
  )
  it.each([1, 2, Number.POSITIVE_INFINITY])("attempts of a subscription can be %j", async (attempts) => {
    await createTestCommunications()
      .subscribe({ ...subscription, attempts })
      .stop()
  })
  it.each([...wrongDurations, null])("within of stop is refused alike if it is %j", async (duration) => {
    const { stop } = createTestCommunications().subscribe(subscription)
    assert.instanceOf(await rejectionOf(stop(withDuration("within", duration))), RangeError)
    await stop()
  })
})
