import { Layer } from "effect"
import { layerMemory as accounts } from "./Accounts.ts"
import { layerMemory as attempts } from "./Attempts.ts"
import { layerMemory as communications } from "./Communications.ts"
import { layerMemory as contactInformations } from "./ContactInformations.ts"
import { layerMemory as readiness } from "./Readiness.ts"

/** Every port in memory, for tests and experiments; the data is lost when the process ends. */
export const layerMemory = Layer.mergeAll(
  accounts,
  attempts,
  Layer.provideMerge(communications, contactInformations),
  readiness
)
