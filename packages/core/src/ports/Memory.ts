import { Layer } from "effect"
import { layerMemory as accounts } from "./AccountsMemory.ts"
import { layerMemory as attempts } from "./AttemptsMemory.ts"
import { layerMemory as communications } from "./CommunicationsMemory.ts"
import { layerMemory as contactInformations } from "./ContactInformationsMemory.ts"
import { layerMemory as sessions } from "./SessionsMemory.ts"

/** Every port but readiness in memory, for tests and for trying things out: gone with the process. */
export const layerMemory = Layer.mergeAll(
  accounts,
  attempts,
  Layer.provideMerge(communications, contactInformations),
  sessions
)
