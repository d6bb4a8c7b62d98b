import type { Clauses } from "./events/Given.ts"
import { logClauses } from "./events/Log.ts"
import { subscriptionClauses } from "./events/Subscriptions.ts"

/** Everything that `Events` promises; every adapter is held against it, together with its communications. */
export const eventsContract: Clauses = [...logClauses, ...subscriptionClauses]
