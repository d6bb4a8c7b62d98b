import { createCommunications, layerLog, layerMemory, orThrow } from "@communications/core"
import { Layer } from "effect"

/** Stands in for pino, which has a method for each level: it takes the details and the message. */
const print = (_: object, message: string) => console.log(message)
const logger = { debug: print, info: print, warn: print, error: print }

// #region pino
const log = layerLog(({ level, message, error, details }) => logger[level]({ err: error, ...details }, message))
const { contact_information, communications, subscribe } = createCommunications(Layer.merge(layerMemory, log))
// #endregion

const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }
const company = { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Acme" } as const
const { id } = await orThrow(contact_information.create({ caller, ...company }))
const letter = { direction: "OUTGOING", media: "LETTER" } as const
await orThrow(communications.create({ caller, contact_information_identifier: { id }, ...letter }))

let calls = 0
const handled = Promise.withResolvers<void>()
const subscription = subscribe({
  subscription: "postage",
  steps: "all",
  handler: () => {
    calls += 1
    if (calls === 1) throw new Error("the printer is out of paper")
    handled.resolve()
  }
})
await handled.promise
await subscription.stop()
