import { Communications, complete, Events, layerMemory, StorageUnavailable } from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import { assert, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Upkeep from "../src/Upkeep.ts"

it.effect("events are removed once they are older than they need be kept, within the hour", () =>
  Effect.gen(function* () {
    const [communications, events] = [yield* Communications, yield* Events]
    const organisation = freshOrganisation()
    let isDown = true
    const prune: typeof events.prune = (before) =>
      Effect.suspend(() =>
        isDown
          ? Effect.fail(new StorageUnavailable({ operation: "events", reason: "unreachable" }))
          : events.prune(before)
      )
    const upkeep = Upkeep.layer({ eventsRetention: Duration.days(1) })
    yield* Layer.build(Layer.provide(upkeep, Layer.succeed(Events, { ...events, prune })))
    const completing = Effect.gen(function* () {
      const draft = aDraft(freshId())
      yield* store(organisation, draft)
      const act = { ...anAct(), at: yield* DateTime.now }
      yield* communications.modify(organisation, { _tag: "Id", id: draft.id }, complete, act)
      return draft.id
    })
    /** Which events are kept. */
    const kept = Effect.gen(function* () {
      const subscription = freshId()
      yield* events.open(subscription, "beginning")
      const recorded = yield* events.take({ subscription, holder: freshId(), lease: Duration.zero }, 100)
      yield* events.close(subscription)
      return recorded.map(({ event }): string => event.communication)
    })
    const old = yield* completing
    yield* TestClock.adjust("12 hours")
    const recent = yield* completing
    yield* TestClock.adjust("12 hours")
    assert.deepStrictEqual(yield* kept, [old, recent])
    isDown = false
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(yield* kept, [recent])
    yield* TestClock.adjust("12 hours")
    assert.deepStrictEqual(yield* kept, [])
  }).pipe(Effect.provide(layerMemory))
)
