import { hash } from "node:crypto"
import {
  CalendarDate,
  type Company,
  type ContactInformation,
  ContactInformationId,
  type Demographics,
  noDemographics,
  type Person
} from "@communications/core"

/** Derives an id from a name, so that seeding again finds the same data. */
export const idOf = (name: string): string => hash("md5", name).toUpperCase()

const person = (first_name: string, last_name: string): Person => ({
  id: ContactInformationId.make(idOf(`${first_name} ${last_name}`)),
  type: "PERSON",
  life_cycle_state: "MARKETING",
  name: `${first_name} ${last_name}`,
  first_name,
  middle_name: null,
  last_name,
  title: null,
  company_name: null,
  demographics: noDemographics,
  company_profile: null
})

type Country = NonNullable<Demographics["country_of_residence"]>

const country = (id: string, name: string, two: string, three: string, dialing_code: string): Country => ({
  id,
  name,
  alternative_code: three,
  dialing_code,
  two_character_code: two,
  three_character_code: three,
  country_flag: {
    id: idOf(`flag of ${name}`),
    file: {
      file_name: `${two.toLowerCase()}.png`,
      file_content_url: `https://files.example/flags/${two.toLowerCase()}.png`,
      file_mime_type: "image/png"
    }
  }
})

const cyprus = country("57", "CYPRUS", "CY", "CYP", "357")
const greece = country("85", "GREECE", "GR", "GRC", "30")
const unitedStates = country("127", "UNITED STATES", "US", "USA", "1")

/** The contact in the documentation's example. */
export const stephane: Person = {
  ...person("Stephane", "Spector"),
  id: ContactInformationId.make("3DA4F031963FCAD2E299CB23190AF295"),
  title: "Mr",
  demographics: { ...noDemographics, gender: "MALE", id_number: "121212", passport_number: "121212" }
}

/** A company with a complete profile. */
export const company: Company = {
  id: ContactInformationId.make(idOf("Aphrodite Shipping Ltd")),
  type: "COMPANY",
  life_cycle_state: "FINANCIAL",
  name: "Aphrodite Shipping Ltd",
  first_name: "Eleni",
  middle_name: null,
  last_name: "Georgiou",
  title: "Ms",
  company_name: "Aphrodite Shipping Ltd",
  demographics: null,
  company_profile: {
    profile_year: 2025,
    annual_turnover: 12500000.5,
    established_date: CalendarDate.make("1987-04-15"),
    number_of_employees: 240,
    registration_number: "HE 123456",
    vat_registration_number: "CY10123456X",
    vat_registered_by: "Eleni Georgiou",
    vat_registration_date: CalendarDate.make("1992-07-01"),
    tax_reference_number: "12123456X",
    country_of_residence: cyprus,
    industry: { id: "12", name: "Transport", code: "H" },
    industry_sector: { id: "50", name: "Water transport", alternative_code: "H50" }
  }
}

/** A person with complete demographics. */
export const kathy: Person = {
  ...person("Kathy", "Clark"),
  life_cycle_state: "FINANCIAL",
  middle_name: "Ann",
  title: "Mrs",
  company_name: "Clark Consulting",
  demographics: {
    gender: "FEMALE",
    id_number: "654321",
    id_number_expiration_date: CalendarDate.make("2031-05-31"),
    passport_number: "K1234567",
    passport_number_expiration_date: CalendarDate.make("2030-02-28"),
    social_security_number: "078-05-1120",
    date_of_birth: { day: 1, month: 1, year: 1980 },
    name_day: { day: 25, month: 11 },
    country_of_residence: unitedStates,
    id_issued_by_country: cyprus,
    passport_issued_by_country: greece,
    industry: { id: "14", name: "Professional services", code: "M" },
    industry_sector: { id: "70", name: "Management consultancy", alternative_code: "M70" }
  }
}

/** The contacts of all other communications. */
export const others: ReadonlyArray<ContactInformation> = [
  person("Maria", "Ioannou"),
  person("Andreas", "Nicolaou"),
  person("Zoe", "Petrou")
]
