import { layerMemory } from "@communications/core"
import { contracts } from "@communications/core/testing"
import { layer } from "@effect/vitest"
import { Effect, Scheduler } from "effect"

layer(layerMemory, { excludeTestServices: true })("in memory", (it) => {
  for (const { name, test } of contracts) it.effect(name, () => test)
})

layer(layerMemory, { excludeTestServices: true })("in memory, with frequent switches between fibers", (it) => {
  for (const { name, test } of contracts) {
    it.effect(name, () => Effect.provideService(test, Scheduler.MaxOpsBeforeYield, 5))
  }
})
