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

/** A new id of 32 upper-case hexadecimal digits. Fresh ids let tests share a storage without sharing data. */
export const freshId = (): string => Effect.runSync(freshHex)

/** A new organisation. */
export const freshOrganisation = (): OrganisationId => OrganisationId.make(freshId())

/** A user of a new organisation. */
export const freshCaller = (): Caller => ({ organisation: freshOrganisation(), user: UserId.make(freshId()) })

/** A token without a session. */
export const freshToken = (): Token => Result.getOrThrow(parseToken(Redacted.make(freshId())))

/** A person with only the mandatory members. */
export const aPerson = (): Person =>
  Person.make({
    id: ContactInformationId.make(freshId()),
    type: "PERSON",
    life_cycle_state: "MARKETING",
    name: "Ada Lovelace",
    first_name: "Ada",
    last_name: "Lovelace"
  })

/** The time of the fixtures, with milliseconds. */
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

/** An act at noon, by a new user, in a new request. */
export const anAct = (): Act => ({ at: noon, by: UserId.make(freshId()), request_id: `request-${freshId()}` })

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
