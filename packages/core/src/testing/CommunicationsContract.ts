import type { Communications } from "../ports/Communications.ts"
import type { ContactInformations } from "../ports/ContactInformations.ts"
import type { Clause } from "./Clause.ts"
import { concurrentStepClauses } from "./communications/ConcurrentSteps.ts"
import { expectedVersionClauses } from "./communications/ExpectedVersions.ts"
import { idempotencyKeyClauses } from "./communications/IdempotencyKeys.ts"
import { listClauses } from "./communications/Lists.ts"
import { numberClauses } from "./communications/Numbers.ts"
import { stepClauses } from "./communications/Steps.ts"
import { stepsAtOnceClauses } from "./communications/StepsAtOnce.ts"
import { storingClauses } from "./communications/Storing.ts"
import { viewClauses } from "./communications/Views.ts"

/** The guarantees of `Communications`, which every adapter must pass together with its `ContactInformations`. */
export const communicationsContract: ReadonlyArray<Clause<Communications | ContactInformations>> = [
  ...storingClauses,
  ...stepClauses,
  ...concurrentStepClauses,
  ...stepsAtOnceClauses,
  ...expectedVersionClauses,
  ...viewClauses,
  ...numberClauses,
  ...listClauses,
  ...idempotencyKeyClauses
]
