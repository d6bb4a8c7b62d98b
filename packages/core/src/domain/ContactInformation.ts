import { Effect, Schema } from "effect"
import { CompanyProfile } from "./CompanyProfile.ts"
import { Demographics } from "./Demographics.ts"
import { ContactInformationId } from "./Identity.ts"
import { NonEmptyText, Text } from "./Text.ts"
import { OrUnset, Unset } from "./Unset.ts"

const emptyObject = Effect.succeed({})

/** Whether a contact is a person or a company. */
export const ContactInformationType = Schema.Literals(["PERSON", "COMPANY"])
export type ContactInformationType = typeof ContactInformationType.Type

const LifeCycleState = Schema.Literals(["MARKETING", "FINANCIAL"])

/**
 * A contact that is a person. Its members have their documented names (decision 2). `name` is stored, not computed from
 * its parts (decision 13).
 */
export const Person = Schema.Struct({
  id: ContactInformationId,
  type: Schema.Literal("PERSON"),
  life_cycle_state: LifeCycleState,
  name: NonEmptyText,
  first_name: NonEmptyText,
  middle_name: OrUnset(Text),
  last_name: NonEmptyText,
  title: OrUnset(Text),
  company_name: OrUnset(Text),
  demographics: Demographics.pipe(
    Schema.withDecodingDefaultKey(emptyObject),
    Schema.withConstructorDefault(emptyObject)
  ),
  company_profile: Unset
}).annotate({ identifier: "Person" })
export type Person = typeof Person.Type

/** A contact that is a company. The first, middle and last names are those of its contact person. */
export const Company = Schema.Struct({
  id: ContactInformationId,
  type: Schema.Literal("COMPANY"),
  life_cycle_state: LifeCycleState,
  name: NonEmptyText,
  first_name: OrUnset(Text),
  middle_name: OrUnset(Text),
  last_name: OrUnset(Text),
  title: OrUnset(Text),
  company_name: NonEmptyText,
  demographics: Unset,
  company_profile: CompanyProfile.pipe(
    Schema.withDecodingDefaultKey(emptyObject),
    Schema.withConstructorDefault(emptyObject)
  )
}).annotate({ identifier: "Company" })
export type Company = typeof Company.Type

/** The contact of a communication: a person with demographics, or a company with a profile. */
export const ContactInformation = Schema.Union([Person, Company]).annotate({ identifier: "ContactInformation" })
export type ContactInformation = typeof ContactInformation.Type
