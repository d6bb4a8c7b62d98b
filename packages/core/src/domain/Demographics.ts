import { Schema } from "effect"
import { Country, Industry, IndustrySector } from "./ReferenceData.ts"
import { Text } from "./Text.ts"
import { CalendarDate, DateOfBirth, NameDay } from "./Time.ts"
import { OrUnset } from "./Unset.ts"

/** The details of a person, in the documented order. */
export const Demographics = Schema.Struct({
  gender: OrUnset(Schema.Literals(["MALE", "FEMALE"])),
  id_number: OrUnset(Text),
  id_number_expiration_date: OrUnset(CalendarDate),
  passport_number: OrUnset(Text),
  passport_number_expiration_date: OrUnset(CalendarDate),
  social_security_number: OrUnset(Text),
  date_of_birth: DateOfBirth,
  name_day: NameDay,
  country_of_residence: OrUnset(Country),
  id_issued_by_country: OrUnset(Country),
  passport_issued_by_country: OrUnset(Country),
  industry: OrUnset(Industry),
  industry_sector: OrUnset(IndustrySector)
}).annotate({ identifier: "Demographics" })
export type Demographics = typeof Demographics.Type

/** Demographics with every member unset. */
export const noDemographics: Demographics = Demographics.make({})
