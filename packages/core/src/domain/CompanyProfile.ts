import { Schema } from "effect"
import { Country, Industry, IndustrySector } from "./ReferenceData.ts"
import { Text } from "./Text.ts"
import { CalendarDate } from "./Time.ts"
import { OrUnset } from "./Unset.ts"

/** `JSON.stringify` writes -0 as 0, so a stored -0 would change. */
const isNotNegativeZero = Schema.makeFilter((value: number) => !Object.is(value, -0), {
  expected: "a number other than -0"
})

/** The details of a company, in the documented order. */
export const CompanyProfile = Schema.Struct({
  profile_year: OrUnset(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9999 }))),
  annual_turnover: OrUnset(Schema.Finite.check(isNotNegativeZero)),
  established_date: OrUnset(CalendarDate),
  number_of_employees: OrUnset(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0), isNotNegativeZero)),
  registration_number: OrUnset(Text),
  vat_registration_number: OrUnset(Text),
  vat_registered_by: OrUnset(Text),
  vat_registration_date: OrUnset(CalendarDate),
  tax_reference_number: OrUnset(Text),
  country_of_residence: OrUnset(Country),
  industry: OrUnset(Industry),
  industry_sector: OrUnset(IndustrySector)
}).annotate({ identifier: "CompanyProfile" })
export type CompanyProfile = typeof CompanyProfile.Type

/** A profile with every member unset. */
export const noCompanyProfile: CompanyProfile = CompanyProfile.make({})
