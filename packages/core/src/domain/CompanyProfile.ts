import { Schema } from "effect"
import { Country, Industry, IndustrySector } from "./ReferenceData.ts"
import { Text } from "./Text.ts"
import { CalendarDate } from "./Time.ts"

/** What is known of a company, in the documented order. */
export const CompanyProfile = Schema.Struct({
  profile_year: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9999 }))),
  annual_turnover: Schema.NullOr(Schema.Finite),
  established_date: Schema.NullOr(CalendarDate),
  number_of_employees: Schema.NullOr(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  registration_number: Schema.NullOr(Text),
  vat_registration_number: Schema.NullOr(Text),
  vat_registered_by: Schema.NullOr(Text),
  vat_registration_date: Schema.NullOr(CalendarDate),
  tax_reference_number: Schema.NullOr(Text),
  country_of_residence: Schema.NullOr(Country),
  industry: Schema.NullOr(Industry),
  industry_sector: Schema.NullOr(IndustrySector)
}).annotate({ identifier: "CompanyProfile" })
export type CompanyProfile = typeof CompanyProfile.Type
