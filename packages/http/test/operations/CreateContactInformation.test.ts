import { noCompanyProfile, noDemographics } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "../Client.ts"
import { ApiInMemory, ask, assertOk, at, tell } from "../Methods.ts"
import { refused, SHAPE } from "../Refused.ts"

const hex32 = /^[0-9A-F]{32}$/

layer(ApiInMemory, { excludeTestServices: true })("POST contact_information/create", (it) => {
  const create = "contact_information/create"
  const flag = { id: "9", file: { file_name: "cy.png", file_content_url: "https://x/cy.png", file_mime_type: null } }
  const cyprus = {
    ...{ id: "127", name: "Cyprus", alternative_code: null, dialing_code: "357" },
    ...{ two_character_code: "CY", three_character_code: "CYP", country_flag: flag }
  }
  const it_industry = { id: "3", name: "IT", code: null }
  const created = (described: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>) =>
    Effect.gen(function* () {
      const { token } = yield* given
      const answer = yield* tell(create, { ...described, token })
      const id = at(answer.json, "data", "id")
      assert.match(String(id), hex32)
      assertOk(answer, { id, ...expected })
      assertOk(yield* ask("contact_information/show", { token, contact_information_identifier: `id=${id}` }), {
        id,
        ...expected
      })
      const fields = { token, contact_information_identifier: `id=${String(id).toLowerCase()}`, fields_set: "name,id" }
      assertOk(yield* ask("contact_information/show", fields), { id, name: expected.name })
    })
  it.effect("a person of whom little is said", () =>
    created(
      { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" },
      {
        ...{ type: "PERSON", life_cycle_state: "MARKETING", name: "Ada Lovelace", first_name: "Ada" },
        ...{ middle_name: null, last_name: "Lovelace", title: null, company_name: null },
        ...{ demographics: noDemographics, company_profile: null }
      }
    )
  )
  it.effect("a person of whom everything is said, in any order", () => {
    const demographics = {
      ...{ gender: "FEMALE", id_number: "1", id_number_expiration_date: "2030-01-31", passport_number: "P" },
      ...{ passport_number_expiration_date: "2028-02-29", social_security_number: "S" },
      ...{ date_of_birth: { day: 10, month: 12, year: 1815 }, name_day: { day: 29, month: 2 } },
      ...{ country_of_residence: cyprus, id_issued_by_country: cyprus, passport_issued_by_country: cyprus },
      ...{ industry: it_industry, industry_sector: { id: "4", name: null, alternative_code: "A" } }
    }
    const person = {
      ...{ type: "PERSON", life_cycle_state: "FINANCIAL", name: "The Countess", first_name: "Ada" },
      ...{ middle_name: "King", last_name: "Lovelace", title: "Countess", company_name: "Engines" },
      ...{ demographics, company_profile: null }
    }
    const shuffled = Object.fromEntries(Object.entries(person).reverse())
    return created({ ...shuffled, id: freshId(), newer: 1 }, person)
  })
  it.effect("a company of which little is said", () =>
    created(
      { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" },
      {
        ...{ type: "COMPANY", life_cycle_state: "FINANCIAL", name: "Engines", first_name: null, middle_name: null },
        ...{ last_name: null, title: null, company_name: "Engines" },
        ...{ demographics: null, company_profile: noCompanyProfile }
      }
    )
  )
  it.effect("a company of which everything is said", () => {
    const company_profile = {
      ...{ profile_year: 2026, annual_turnover: 1.5, established_date: "1843-01-01", number_of_employees: 0 },
      ...{ registration_number: "R", vat_registration_number: "V", vat_registered_by: "B" },
      ...{ vat_registration_date: "1844-02-29", tax_reference_number: "T", country_of_residence: cyprus },
      ...{ industry: it_industry, industry_sector: { id: "4", name: "Sector", alternative_code: null } }
    }
    const company = {
      ...{ type: "COMPANY", life_cycle_state: "MARKETING", name: "Engines", first_name: "Charles" },
      ...{ middle_name: "C", last_name: "Babbage", title: "Mr", company_name: "Engines Ltd" },
      ...{ demographics: null, company_profile }
    }
    return created(company, company)
  })
  it.effect("fields_set of create decides what is returned", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" }
      const fields_set = "company_profile.industry,name"
      assertOk(yield* tell(create, { ...company, token, fields_set }), {
        ...{ name: "Engines", company_profile: { industry: null } }
      })
    })
  )
  it.effect("contact_information/create: every member that is missing or wrong, by its name", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace", token }
      const engines = { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Engines", token }
      for (const [body, about] of [
        [{ ...ada, type: undefined }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, type: "ROBOT" }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, life_cycle_state: undefined }, /^life_cycle_state: /],
        [{ ...ada, life_cycle_state: "DRAFT" }, /^life_cycle_state: /],
        [{ ...ada, first_name: undefined }, /^first_name: /],
        [{ ...ada, last_name: "" }, /^last_name: /],
        [{ ...ada, company_profile: {} }, /^company_profile: /],
        [{ ...ada, title: 5 }, /^title: /],
        [{ ...ada, demographics: { gender: "X" } }, /^demographics\.gender: /],
        [{ ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }, /^demographics\.date_of_birth: /],
        [{ ...ada, demographics: { country_of_residence: {} } }, /^demographics\.country_of_residence\.id: /],
        [{ ...engines, company_name: undefined }, /^company_name: /],
        [{ ...engines, company_name: "" }, /^company_name: /],
        [{ ...engines, demographics: {} }, /^demographics: /],
        [{ ...engines, company_profile: { established_date: "2025-02-29" } }, /^company_profile\.established_date: /],
        [{ ...engines, fields_set: 5 }, /^fields_set: /]
      ] as const) {
        refused(yield* tell("contact_information/create", body), SHAPE, about)
      }
    })
  )
})
