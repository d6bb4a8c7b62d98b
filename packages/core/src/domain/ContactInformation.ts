import { Schema } from "effect"
import { CompanyProfile } from "./CompanyProfile.ts"
import { Demographics } from "./Demographics.ts"
import { ContactInformationId } from "./Identity.ts"
import { NonEmptyText, Text } from "./Text.ts"

const LifeCycleState = Schema.Literals(["MARKETING", "FINANCIAL"])

/** A person the organisation communicates with. `name` is stored, not computed from its parts. */
export const Person = Schema.Struct({
  id: ContactInformationId,
  type: Schema.Literal("PERSON"),
  life_cycle_state: LifeCycleState,
  name: NonEmptyText,
  first_name: NonEmptyText,
  middle_name: Schema.NullOr(Text),
  last_name: NonEmptyText,
  title: Schema.NullOr(Text),
  company_name: Schema.NullOr(Text),
  demographics: Demographics,
  company_profile: Schema.Null
}).annotate({ identifier: "Person" })
export type Person = typeof Person.Type

/** A company the organisation communicates with; the names of persons are those of whom to ask for there. */
export const Company = Schema.Struct({
  id: ContactInformationId,
  type: Schema.Literal("COMPANY"),
  life_cycle_state: LifeCycleState,
  name: NonEmptyText,
  first_name: Schema.NullOr(Text),
  middle_name: Schema.NullOr(Text),
  last_name: Schema.NullOr(Text),
  title: Schema.NullOr(Text),
  company_name: NonEmptyText,
  demographics: Schema.Null,
  company_profile: CompanyProfile
}).annotate({ identifier: "Company" })
export type Company = typeof Company.Type

/** Whom a communication is with: a person, who has demographics, or a company, which has a profile. */
export const ContactInformation = Schema.Union([Person, Company]).annotate({ identifier: "ContactInformation" })
export type ContactInformation = typeof ContactInformation.Type
