import assert from "node:assert/strict"
import {
  Communications,
  createCommunications,
  layerMemory,
  type Methods,
  orThrow,
  StorageUnavailable
} from "@communications/core"
import { Effect, Layer } from "effect"

const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

/** Stores a draft, and returns its number. */
const draft = async ({ communications, contact_information }: Methods): Promise<string> => {
  const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Analytical Engines" } as const
  const { id } = await orThrow(contact_information.create({ caller, ...company }))
  const letter = { direction: "OUTGOING", media: "LETTER" } as const
  const created = communications.create({ caller, contact_information_identifier: { id }, ...letter })
  return (await orThrow(created)).number
}

// #region memory
/** Code of yours: it takes the methods as a parameter, and returns an HTTP status. */
const post = async ({ communications }: Methods, number: string): Promise<number> => {
  const completed = await communications.complete({ caller, communication_identifier: { number } })
  if (completed.ok) return 200
  return completed.error._tag === "StorageUnavailable" ? 503 : 409
}

const memory = createCommunications(layerMemory)
const number = await draft(memory)
assert.equal(await post(memory, number), 200)
assert.equal(await post(memory, number), 409)
// #endregion

// #region failing
/** Ports in memory, except that no step can be stored. */
const failing = Layer.effect(
  Communications,
  Effect.map(Communications, (communications) =>
    Communications.of({
      ...communications,
      take: () => Effect.fail(new StorageUnavailable({ operation: "take", reason: "timeout" }))
    })
  )
).pipe(Layer.provideMerge(layerMemory))

assert.equal(await post(createCommunications(failing), "41"), 503)
// #endregion

console.log("passed")
