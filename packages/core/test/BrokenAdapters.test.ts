import { layerMemory, type Ports } from "@communications/core"
import { contracts } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, type Layer } from "effect"
import { TestClock } from "effect/testing"
import { brokenAccess } from "./broken/access.ts"
import { brokenCommunications } from "./broken/communications.ts"
import { brokenEvents } from "./broken/events.ts"

/** Holds adapters against a clause while time flies: what waits for seconds takes moments. */
const hold = (adapters: Layer.Layer<Ports>, clause: string) => {
  const [found, ...others] = contracts.filter(({ name }) => name === clause)
  if (found === undefined || others.length > 0) return Effect.die(new Error(`no such clause, or several: ${clause}`))
  return Effect.raceFirst(
    Effect.exit(Effect.provide(found.test, adapters)),
    Effect.forever(Effect.andThen(TestClock.adjust("5 millis"), Effect.yieldNow))
  )
}

describe("a broken adapter is caught, and a sound one is not", () => {
  for (const { how, clause, adapters } of [...brokenCommunications, ...brokenAccess, ...brokenEvents]) {
    it.effect(`${how} ✗ ${clause}`, () =>
      Effect.gen(function* () {
        assert.isTrue(Exit.isSuccess(yield* hold(layerMemory, clause)))
        assert.isTrue(Exit.isFailure(yield* hold(adapters, clause)))
      })
    )
  }
})
