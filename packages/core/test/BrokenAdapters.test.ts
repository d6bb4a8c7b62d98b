import { layerMemory, type Ports } from "@communications/core"
import { contracts } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, type Layer } from "effect"
import { TestClock } from "effect/testing"
import { brokenAccess } from "./broken/access.ts"
import { brokenAtOnce } from "./broken/atOnce.ts"
import { brokenEvents } from "./broken/events.ts"
import { brokenIsolation } from "./broken/isolation.ts"
import { brokenKeys } from "./broken/keys.ts"
import { brokenLists } from "./broken/lists.ts"
import { brokenParking } from "./broken/parking.ts"
import { brokenSteps } from "./broken/steps.ts"
import { brokenStoring } from "./broken/storing.ts"
import { brokenViews } from "./broken/views.ts"

const broken = [
  ...brokenStoring,
  ...brokenSteps,
  ...brokenAtOnce,
  ...brokenViews,
  ...brokenLists,
  ...brokenKeys,
  ...brokenAccess,
  ...brokenEvents,
  ...brokenParking,
  ...brokenIsolation
]

/** Runs a clause against adapters, with a fast test clock: waiting for seconds takes milliseconds. */
const run = (adapters: Layer.Layer<Ports>, clause: string) => {
  const [found, ...others] = contracts.filter(({ name }) => name === clause)
  if (found === undefined || others.length > 0) {
    return Effect.die(new Error(`expected exactly one clause with the name: ${clause}`))
  }
  return Effect.raceFirst(
    Effect.exit(Effect.provide(found.test, adapters)),
    Effect.forever(Effect.andThen(TestClock.adjust("5 millis"), Effect.yieldNow))
  )
}

describe("a broken adapter fails its clause, and the in-memory adapter passes it", () => {
  for (const { how, clause, adapters } of broken) {
    it.effect(`${how} ✗ ${clause}`, () =>
      Effect.gen(function* () {
        assert.isTrue(Exit.isSuccess(yield* run(layerMemory, clause)))
        assert.isTrue(Exit.isFailure(yield* run(adapters, clause)))
      })
    )
  }
  it("for every clause there is a broken adapter", () => {
    const catching = new Set(broken.map(({ clause }) => clause))
    assert.deepStrictEqual(
      contracts.map(({ name }) => name).filter((name) => !catching.has(name)),
      []
    )
  })
})
