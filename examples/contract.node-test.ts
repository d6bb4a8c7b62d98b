import { describe, it } from "node:test"
import { layerMemory } from "@communications/core"
import { communicationsContract } from "@communications/core/testing"
import { Effect } from "effect"

// Replace `layerMemory` by your own adapter: any Layer of Communications and ContactInformations.
describe("communications in memory", () => {
  for (const { name, test } of communicationsContract) {
    it(name, () => Effect.runPromise(Effect.provide(test, layerMemory)))
  }
})
