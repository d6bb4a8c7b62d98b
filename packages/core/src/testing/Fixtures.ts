import { DateTime, Effect, Redacted, Result } from "effect"
import { type Caller, parseToken, type Token } from "../domain/Caller.ts"
import { type Communication, Draft } from "../domain/Communication.ts"
import { Person } from "../domain/ContactInformation.ts"
import {
  CommunicationId,
  CommunicationNumber,
  ContactInformationId,
  OrganisationId,
  UserId
} from "../domain/Identity.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"

/** 32 upper-case hexadecimal digits that nobody else has: tests share a storage and never meet. */
export const freshId = (): string => Effect.runSync(freshHex)

/** An organisation of the test's own. */
export const freshOrganisation = (): OrganisationId => OrganisationId.make(freshId())

/** A user of an organisation of the test's own. */
export const freshCaller = (): Caller => ({ organisation: freshOrganisation(), user: UserId.make(freshId()) })

/** A token that no session has. */
export const freshToken = (): Token => Result.getOrThrow(parseToken(Redacted.make(freshId())))

/** A person with nothing set that need not be. */
export const aPerson = (): Person =>
  Person.make({
    id: ContactInformationId.make(freshId()),
    type: "PERSON",
    life_cycle_state: "MARKETING",
    name: "Ada Lovelace",
    first_name: "Ada",
    last_name: "Lovelace"
  })

/** A moment to complete at. */
export const noon = DateTime.makeUnsafe("2026-01-31T12:00:00.123Z")

/** A draft to a person, created in the morning, not yet viewed. */
export const aDraft = (number = "41"): Draft =>
  Draft.make({
    id: CommunicationId.make(freshId()),
    number: CommunicationNumber.make(number),
    created_at: DateTime.subtract(noon, { hours: 3 }),
    direction: "OUTGOING",
    media: "EMAIL",
    subject: "About the engine",
    content: null,
    viewed_on: null,
    contact_information: aPerson()
  })

/** An act at noon, by a user of the test's own, on a request of the test's own. */
export const anAct = (): Act => ({ at: noon, by: UserId.make(freshId()), request_id: `request-${freshId()}` })

/** Stores a communication, and whom it is with where that is new. */
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
