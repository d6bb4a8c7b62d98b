import { layerMemory } from "@communications/core"
import { contracts } from "@communications/core/testing"
import { layer } from "@effect/vitest"

layer(layerMemory, { excludeTestServices: true })("in memory", (it) => {
  for (const { name, test } of contracts) it.effect(name, () => test)
})
