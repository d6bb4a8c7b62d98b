import { concurrentStepClauses } from "./communications/ConcurrentSteps.ts"
import type { Clauses } from "./communications/Given.ts"
import { listClauses } from "./communications/Lists.ts"
import { numberClauses } from "./communications/Numbers.ts"
import { stepClauses } from "./communications/Steps.ts"
import { storingClauses } from "./communications/Storing.ts"
import { viewClauses } from "./communications/Views.ts"

/** Everything that `Communications` promises; every adapter is held against it, together with its contact information. */
export const communicationsContract: Clauses = [
  ...storingClauses,
  ...stepClauses,
  ...concurrentStepClauses,
  ...viewClauses,
  ...numberClauses,
  ...listClauses
]
