import {
  createCommunications,
  Events,
  layerMemory,
  StorageUnavailable,
  SubscriptionInTransaction
} from "@communications/core"
import { createTestCommunications } from "@communications/core/testing"
import { Effect, Layer } from "effect"
import { assert, describe, it, vi } from "vitest"
import { rejectionOf } from "./Given.ts"

/** The methods on ports whose subscriptions open like this. */
const opening = (open: (open: Events["Service"]["open"]) => Events["Service"]["open"]) =>
  createCommunications(
    Layer.effect(
      Events,
      Effect.map(Events, (events) => Events.of({ ...events, open: open(events.open) }))
    ).pipe(Layer.provideMerge(layerMemory))
  )

const quiet = { subscription: "mail", every: "2 millis", handler: () => {}, onError: () => {} } as const

describe("ready", () => {
  it("resolves once the subscription is open: it receives every event after that, and no earlier one", async () => {
    const { communications, caller, seed, subscribe } = createTestCommunications()
    seed.completed({ number: "early" })
    seed.draft({ number: "late" })
    const handled: Array<string> = []
    const { ready, stop } = subscribe({
      ...{ subscription: "mail", from: "now", every: "2 millis" },
      handler: ({ number }) => void handled.push(number)
    })
    await ready
    await communications.complete({ caller, communication_identifier: { number: "late" } })
    await vi.waitFor(() => assert.deepStrictEqual(handled, ["late"]))
    await stop()
  })

  it("stays pending while opening waits or fails", async () => {
    const steps: Array<string> = []
    const gate = Promise.withResolvers<void>()
    const { subscribe } = opening(
      (open) =>
        (...parameters) =>
          Effect.suspend(() =>
            steps.push("attempt") === 1
              ? Effect.fail(new StorageUnavailable({ operation: "Events.open", reason: "unreachable" }))
              : Effect.andThen(
                  Effect.promise(() => gate.promise),
                  open(...parameters)
                )
          )
    )
    const { ready, stop } = subscribe(quiet)
    const isReady = ready.then(() => steps.push("ready"))
    await vi.waitFor(() => assert.lengthOf(steps, 2))
    steps.push("gate")
    gate.resolve()
    await isReady
    assert.deepStrictEqual(steps, ["attempt", "attempt", "gate", "ready"])
    await stop()
  })

  it("rejects if the subscription is stopped or disposed of before", async () => {
    for (const end of ["stop", "dispose"] as const) {
      const { subscribe, dispose } = opening(() => () => Effect.never)
      const { ready, stop } = subscribe(quiet)
      const rejection = rejectionOf(ready)
      await (end === "stop" ? stop({ within: 0 }) : Promise.all([stop({ within: 0 }), dispose()]))
      const error = await rejection
      assert.instanceOf(error, Error)
      assert.strictEqual(error.message, 'the subscription "mail" was stopped before it was opened')
    }
  })

  it("rejects with SubscriptionInTransaction on a handle in a transaction, which onError receives too", async () => {
    const error = new SubscriptionInTransaction({ subscription: "mail" })
    const seen: Array<unknown> = []
    const { ready, stop } = opening(() => () => Effect.fail(error)).subscribe({
      ...quiet,
      onError: (error) => void seen.push(error)
    })
    assert.strictEqual(await rejectionOf(ready), error)
    assert.deepStrictEqual(seen, [error])
    await stop()
  })

  it("rejects if the ports cannot be built", async () => {
    const mistake = new Error("no such service")
    const { subscribe } = createCommunications(Layer.merge(layerMemory, Layer.effect(Events, Effect.die(mistake))))
    assert.strictEqual(await rejectionOf(subscribe(quiet).ready), mistake)
  })

  it("need not be used: no rejection is reported as unhandled", async () => {
    const unhandled: Array<unknown> = []
    const onUnhandled = (reason: unknown) => void unhandled.push(reason)
    process.on("unhandledRejection", onUnhandled)
    const { stop } = opening(() => () => Effect.never).subscribe(quiet)
    await stop({ within: 0 })
    await new Promise((resolve) => setImmediate(resolve))
    process.off("unhandledRejection", onUnhandled)
    assert.deepStrictEqual(unhandled, [])
  })
})
