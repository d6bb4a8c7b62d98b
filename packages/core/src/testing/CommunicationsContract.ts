import { concurrentStepClauses } from "./communications/ConcurrentSteps.ts"
import type { Clauses } from "./communications/Given.ts"
import { listClauses } from "./communications/Lists.ts"
import { numberClauses } from "./communications/Numbers.ts"
import { stepClauses } from "./communications/Steps.ts"
import { storingClauses } from "./communications/Storing.ts"
import { viewClauses } from "./communications/Views.ts"

/** The guarantees of `Communications`, which every adapter must pass together with its `ContactInformations`. */
export const communicationsContract: Clauses = [
  ...storingClauses,
  ...stepClauses,
  ...concurrentStepClauses,
  ...viewClauses,
  ...numberClauses,
  ...listClauses
]
