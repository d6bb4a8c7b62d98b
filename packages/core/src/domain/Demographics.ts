import { Schema } from "effect"
import { Country, Industry, IndustrySector } from "./ReferenceData.ts"
import { Text } from "./Text.ts"
import { CalendarDate, DateOfBirth, NameDay } from "./Time.ts"

/** What is known of a person, in the documented order. */
export const Demographics = Schema.Struct({
  gender: Schema.NullOr(Schema.Literals(["MALE", "FEMALE"])),
  id_number: Schema.NullOr(Text),
  id_number_expiration_date: Schema.NullOr(CalendarDate),
  passport_number: Schema.NullOr(Text),
  passport_number_expiration_date: Schema.NullOr(CalendarDate),
  social_security_number: Schema.NullOr(Text),
  date_of_birth: DateOfBirth,
  name_day: NameDay,
  country_of_residence: Schema.NullOr(Country),
  id_issued_by_country: Schema.NullOr(Country),
  passport_issued_by_country: Schema.NullOr(Country),
  industry: Schema.NullOr(Industry),
  industry_sector: Schema.NullOr(IndustrySector)
}).annotate({ identifier: "Demographics" })
export type Demographics = typeof Demographics.Type

/** The demographics of a person of whom nothing is known: every member unset. */
export const noDemographics: Demographics = {
  gender: null,
  id_number: null,
  id_number_expiration_date: null,
  passport_number: null,
  passport_number_expiration_date: null,
  social_security_number: null,
  date_of_birth: { day: null, month: null, year: null },
  name_day: { day: null, month: null },
  country_of_residence: null,
  id_issued_by_country: null,
  passport_issued_by_country: null,
  industry: null,
  industry_sector: null
}
