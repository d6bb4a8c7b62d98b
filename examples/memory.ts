import { createCommunications, layerMemory, orThrow } from "@communications/core"

const { communications, contact_information } = createCommunications(layerMemory)
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

const contact = await orThrow(
  contact_information.create({
    caller,
    type: "PERSON",
    life_cycle_state: "MARKETING",
    first_name: "Ada",
    last_name: "Lovelace"
  })
)
const { number } = await orThrow(
  communications.create({
    caller,
    contact_information_identifier: { id: contact.id },
    direction: "OUTGOING",
    media: "LETTER"
  })
)

await orThrow(communications.complete({ caller, communication_identifier: { number } }))

const again = await communications.complete({ caller, communication_identifier: { number } })
if (!again.ok && again.error._tag === "NotDraft") console.log(again.error.message)
