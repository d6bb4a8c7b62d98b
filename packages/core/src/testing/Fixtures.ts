import { Effect, Redacted, Result } from "effect"
import { type Caller, parseToken, type Token } from "../domain/Caller.ts"
import type { Communication } from "../domain/Communication.ts"
import type { Idempotency } from "../domain/Idempotency.ts"
import { OrganisationId, UserId } from "../domain/Identity.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { anAct, freshId } from "./Builders.ts"

export { aCompany, aDraft, anAct, aPerson, freshId, noon } from "./Builders.ts"

/** A new organisation. */
export const freshOrganisation = (): OrganisationId => OrganisationId.make(freshId())

/** A user of a new organisation. */
export const freshCaller = (): Caller => ({ organisation: freshOrganisation(), user: UserId.make(freshId()) })

/** A token without a session. */
export const freshToken = (): Token => Result.getOrThrow(parseToken(Redacted.make(freshId())))

/** A new idempotency key, and the fingerprint of a request. */
export const aKey = (): Idempotency => ({
  key: `key ${freshId()}`,
  fingerprint: freshId() + freshId()
})

/** Stores a communication, and its contact if it is not stored yet. */
export const store = Effect.fnUntraced(function* (
  organisation: OrganisationId,
  communication: Communication,
  act = anAct()
) {
  yield* (yield* ContactInformations)
    .add(organisation, communication.contact_information)
    .pipe(Effect.catchTag("ContactInformationExists", () => Effect.void))
  yield* (yield* Communications).add(organisation, communication, act)
})
