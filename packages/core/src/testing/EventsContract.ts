import type { Clauses } from "./events/Given.ts"
import { logClauses } from "./events/Log.ts"
import { parkingClauses } from "./events/Parking.ts"
import { subscriptionClauses } from "./events/Subscriptions.ts"

/** The guarantees of `Events`, which every adapter must pass together with its `Communications`. */
export const eventsContract: Clauses = [...logClauses, ...subscriptionClauses, ...parkingClauses]
