import { Communications, createCommunications, layerMemory, type Methods } from "@communications/core"
import { createTestCommunications, freshCaller } from "@communications/core/testing"
import { Effect, Layer } from "effect"
import { assert, describe, it } from "vitest"

const sound = { subscription: "mail", handler: () => {} }

const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it resolved"),
    (error: unknown) => error
  )

const assertDisposed = (error: unknown) => {
  assert.instanceOf(error, Error)
  assert.strictEqual(error.message, "dispose() was called: make new methods with createCommunications")
}

/** Every method of every group. */
const methodsOf = ({ communications, contact_information, authentication }: Methods): ReadonlyArray<unknown> =>
  [communications, contact_information, authentication].flatMap((group) => Object.values<unknown>(group))

describe("after dispose", () => {
  it("every method rejects with an Error that says so", async () => {
    const api = createCommunications(layerMemory)
    const methods = methodsOf(api)
    assert.isAtLeast(methods.length, 9)
    await api.dispose()
    for (const method of methods) {
      if (typeof method !== "function") return assert.fail("expected a method")
      assertDisposed(await rejectionOf(method({ caller: freshCaller() })))
    }
  })
  it("the methods of a subscription reject, except stop, and subscribe throws", async () => {
    const { seed, subscribe, dispose } = createTestCommunications()
    const { id } = seed.completed()
    const { ready, parked, retry, retryAll, discard, stop } = subscribe(sound)
    await ready
    await dispose()
    for (const promise of [parked(), retry(id), retry("nope"), retryAll(), discard(id)])
      assertDisposed(await rejectionOf(promise))
    assert.throws(() => subscribe(sound), /^dispose\(\) was called/)
    await stop()
    await dispose()
  })
})

it("a call that runs when dispose is called rejects with an Error that says so", async () => {
  const isRunning = Promise.withResolvers<void>()
  const ports = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) =>
      Communications.of({
        ...communications,
        take: () => Effect.andThen(Effect.sync(isRunning.resolve), Effect.never)
      })
    )
  ).pipe(Layer.provideMerge(layerMemory))
  const { communications, dispose } = createCommunications(ports)
  const call = rejectionOf(
    communications.complete({ caller: freshCaller(), communication_identifier: { number: "41" } })
  )
  await isRunning.promise
  await dispose()
  assertDisposed(await call)
})

it("a call that the ports interrupt does not reject as if dispose had been called", async () => {
  const ports = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) =>
      Communications.of({ ...communications, take: () => Effect.interrupt })
    )
  ).pipe(Layer.provideMerge(layerMemory))
  const { communications, dispose } = createCommunications(ports)
  const error = await rejectionOf(
    communications.complete({ caller: freshCaller(), communication_identifier: { number: "41" } })
  )
  assert.instanceOf(error, Error)
  assert.notInclude(error.message, "dispose()")
  await dispose()
})
