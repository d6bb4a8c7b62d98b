import { createCommunications, layerMemory, orThrow } from "@communications/core"

const communications = createCommunications(layerMemory)
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

const contact = await orThrow(
  communications.createContactInformation({
    caller,
    contact_information: { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
  })
)
const { number } = await orThrow(
  communications.create({ caller, contact_information: contact.id, direction: "OUTGOING", media: "LETTER" })
)

await orThrow(communications.complete({ caller, identifier: { number } }))

const again = await communications.complete({ caller, identifier: { number } })
if (!again.ok && again.error._tag === "NotDraft") console.log(again.error.message)
