import type { Communications } from "../ports/Communications.ts"
import type { ContactInformations } from "../ports/ContactInformations.ts"
import type { Events } from "../ports/Events.ts"
import type { Clause } from "./Clause.ts"
import { backlogClauses } from "./events/Backlogs.ts"
import { logClauses } from "./events/Log.ts"
import { parkingClauses } from "./events/Parking.ts"
import { retryingClauses } from "./events/Retrying.ts"
import { subscriptionClauses } from "./events/Subscriptions.ts"

/** The guarantees of `Events`, which every adapter must pass together with its `Communications`. */
export const eventsContract: ReadonlyArray<Clause<Events | Communications | ContactInformations>> = [
  ...logClauses,
  ...subscriptionClauses,
  ...parkingClauses,
  ...retryingClauses,
  ...backlogClauses
]
