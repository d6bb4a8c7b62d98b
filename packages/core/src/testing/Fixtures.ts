import { DateTime, Redacted, Result } from "effect"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { type Caller, parseToken, type Token } from "../domain/Caller.ts"
import { Draft } from "../domain/Communication.ts"
import type { Person } from "../domain/ContactInformation.ts"
import { noDemographics } from "../domain/Demographics.ts"
import {
  CommunicationId,
  CommunicationNumber,
  ContactInformationId,
  OrganisationId,
  UserId
} from "../domain/Identity.ts"

/** 32 upper-case hexadecimal digits that nobody else has: tests share a storage and never meet. */
export const freshId = (): string => SecureRandom.uuidV4Unsafe().replaceAll("-", "").toUpperCase()

/** An organisation of the test's own. */
export const freshOrganisation = (): OrganisationId => OrganisationId.make(freshId())

/** A user of an organisation of the test's own. */
export const freshCaller = (): Caller => ({ organisation: freshOrganisation(), user: UserId.make(freshId()) })

/** A token that no session has. */
export const freshToken = (): Token => Result.getOrThrow(parseToken(Redacted.make(freshId())))

/** A person with nothing set that need not be. */
export const aPerson = (): Person => ({
  id: ContactInformationId.make(freshId()),
  type: "PERSON",
  life_cycle_state: "MARKETING",
  name: "Ada Lovelace",
  first_name: "Ada",
  middle_name: null,
  last_name: "Lovelace",
  title: null,
  company_name: null,
  demographics: noDemographics,
  company_profile: null
})

/** A draft to a person, not yet viewed. */
export const aDraft = (number = "41"): Draft =>
  new Draft({
    id: CommunicationId.make(freshId()),
    number: CommunicationNumber.make(number),
    subject: "About the engine",
    viewed_on: null,
    contact_information: aPerson()
  })

/** A moment to complete at. */
export const noon = DateTime.makeUnsafe("2026-01-31T12:00:00.123Z")
