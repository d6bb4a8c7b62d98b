import { layerCommunicationsMemory, layerSessionsMemory } from "@communications/core"
import { communicationsContract, sessionsContract } from "@communications/core/testing"
import { layer } from "@effect/vitest"

layer(layerCommunicationsMemory, { excludeTestServices: true })("Communications in memory", (it) => {
  for (const { name, test } of communicationsContract) it.effect(name, () => test)
})

layer(layerSessionsMemory, { excludeTestServices: true })("Sessions in memory", (it) => {
  for (const { name, test } of sessionsContract) it.effect(name, () => test)
})
