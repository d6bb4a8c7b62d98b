import { Effect, Schema } from "effect"
import { CompanyProfile } from "./CompanyProfile.ts"
import { Demographics } from "./Demographics.ts"
import { ContactInformationId } from "./Identity.ts"
import { NonEmptyText, Text } from "./Text.ts"
import { OrUnset, Unset } from "./Unset.ts"

const nothing = Effect.succeed({})

const LifeCycleState = Schema.Literals(["MARKETING", "FINANCIAL"])

/** A person the organisation communicates with. `name` is stored, not computed from its parts. */
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
  demographics: Demographics.pipe(Schema.withDecodingDefaultKey(nothing), Schema.withConstructorDefault(nothing)),
  company_profile: Unset
}).annotate({ identifier: "Person" })
export type Person = typeof Person.Type

/** A company the organisation communicates with; the names of persons are those of whom to ask for there. */
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
  company_profile: CompanyProfile.pipe(Schema.withDecodingDefaultKey(nothing), Schema.withConstructorDefault(nothing))
}).annotate({ identifier: "Company" })
export type Company = typeof Company.Type

/** Whom a communication is with: a person, who has demographics, or a company, which has a profile. */
export const ContactInformation = Schema.Union([Person, Company]).annotate({ identifier: "ContactInformation" })
export type ContactInformation = typeof ContactInformation.Type
