import { noCompanyProfile, noDemographics } from "@communications/core"

const flag = { id: "9", file: { file_name: "cy.png", file_content_url: "https://x/cy.png", file_mime_type: null } }
const cyprus = {
  ...{ id: "127", name: "Cyprus", alternative_code: null, dialing_code: "357" },
  ...{ two_character_code: "CY", three_character_code: "CYP", country_flag: flag }
}
const it_industry = { id: "3", name: "IT", code: null }

const fullDemographics = {
  ...{ gender: "FEMALE", id_number: "1", id_number_expiration_date: "2030-01-31", passport_number: "P" },
  ...{ passport_number_expiration_date: "2028-02-29", social_security_number: "S" },
  ...{ date_of_birth: { day: 10, month: 12, year: 1815 }, name_day: { day: 29, month: 2 } },
  ...{ country_of_residence: cyprus, id_issued_by_country: cyprus, passport_issued_by_country: cyprus },
  ...{ industry: it_industry, industry_sector: { id: "4", name: null, alternative_code: "A" } }
}
const fullPerson = {
  ...{ type: "PERSON", life_cycle_state: "FINANCIAL", name: "The Countess", first_name: "Ada" },
  ...{ middle_name: "King", last_name: "Lovelace", title: "Countess", company_name: "Engines" },
  ...{ demographics: fullDemographics, company_profile: null }
}

const fullProfile = {
  ...{ profile_year: 2026, annual_turnover: 1.5, established_date: "1843-01-01", number_of_employees: 0 },
  ...{ registration_number: "R", vat_registration_number: "V", vat_registered_by: "B" },
  ...{ vat_registration_date: "1844-02-29", tax_reference_number: "T", country_of_residence: cyprus },
  ...{ industry: it_industry, industry_sector: { id: "4", name: "Sector", alternative_code: null } }
}
const fullCompany = {
  ...{ type: "COMPANY", life_cycle_state: "MARKETING", name: "Engines", first_name: "Charles" },
  ...{ middle_name: "C", last_name: "Babbage", title: "Mr", company_name: "Engines Ltd" },
  ...{ demographics: null, company_profile: fullProfile }
}

/** A contact in a request, and the expected response without its id. */
export interface Contact {
  readonly title: string
  readonly described: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
}

/** Persons and companies, with the required members only and with all members. */
export const contacts: ReadonlyArray<Contact> = [
  {
    title: "a person with the required members only",
    described: { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" },
    expected: {
      ...{ type: "PERSON", life_cycle_state: "MARKETING", name: "Ada Lovelace", first_name: "Ada" },
      ...{ middle_name: null, last_name: "Lovelace", title: null, company_name: null },
      ...{ demographics: noDemographics, company_profile: null }
    }
  },
  {
    title: "a person with every member, in another order, and with unknown members",
    described: {
      ...Object.fromEntries(Object.entries(fullPerson).reverse()),
      ...{ id: "252F3A1A87C26866A1E1A1B18D6043EA", newer: 1 }
    },
    expected: fullPerson
  },
  {
    title: "a company with the required members only",
    described: { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" },
    expected: {
      ...{ type: "COMPANY", life_cycle_state: "FINANCIAL", name: "Engines", first_name: null, middle_name: null },
      ...{ last_name: null, title: null, company_name: "Engines" },
      ...{ demographics: null, company_profile: noCompanyProfile }
    }
  },
  { title: "a company with every member", described: fullCompany, expected: fullCompany }
]
