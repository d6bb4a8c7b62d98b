import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, post } from "../Operations.ts"
import { assertDescription, refused, SHAPE, secret } from "../Refused.ts"
import { contacts } from "./contacts.ts"

const create = "contact_information/create"
const person = { type: "PERSON", life_cycle_state: "MARKETING", first_name: secret, last_name: secret }
const about = (demographics: unknown) => ({ ...person, demographics })

layer(ApiInMemory, { excludeTestServices: true })("contact_information/create", (it) => {
  for (const { title, described, expected } of contacts) {
    it.effect(`creates ${title}`, () =>
      Effect.gen(function* () {
        const { token } = yield* setup
        const response = yield* post(create, { ...described, token })
        const id = at(response.json, "data", "id")
        assert.match(String(id), /^[0-9A-F]{32}$/)
        assertOk(response, { id, ...expected })
      })
    )
  }
  it.effect("returns the members in fields_set", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" }
      const fields_set = "company_profile.industry,name"
      assertOk(yield* post(create, { ...company, token, fields_set }), {
        ...{ name: "Engines", company_profile: { industry: null } }
      })
    })
  )
  it.effect("names the member that is missing or wrong", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace", token }
      const engines = { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Engines", token }
      for (const [body, about] of [
        [{ ...ada, type: undefined }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, type: "ROBOT" }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, life_cycle_state: undefined }, /^life_cycle_state(:| is) /],
        [{ ...ada, life_cycle_state: "DRAFT" }, /^life_cycle_state: /],
        [{ ...ada, first_name: undefined }, /^first_name(:| is) /],
        [{ ...ada, last_name: "" }, /^last_name: /],
        [{ ...ada, company_profile: {} }, /^company_profile(:| is) /],
        [{ ...ada, title: 5 }, /^title: /],
        [{ ...ada, demographics: { gender: "X" } }, /^demographics\.gender: /],
        [{ ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }, /^demographics\.date_of_birth: /],
        [{ ...ada, demographics: { country_of_residence: {} } }, /^demographics\.country_of_residence\.id(:| is) /],
        [{ ...engines, company_name: undefined }, /^company_name(:| is) /],
        [{ ...engines, company_name: "" }, /^company_name: /],
        [{ ...engines, demographics: {} }, /^demographics(:| is) /],
        [{ ...engines, company_profile: { established_date: "2025-02-29" } }, /^company_profile\.established_date: /],
        [{ ...engines, fields_set: 5 }, /^fields_set: /]
      ] as const) {
        refused(yield* post(create, body), SHAPE, about)
      }
    })
  )
  const descriptions: ReadonlyArray<readonly [contact: unknown, description: string]> = [
    [{}, 'type: expected "PERSON" or "COMPANY"'],
    [{ ...person, type: secret }, 'type: expected "PERSON" or "COMPANY"'],
    [{ ...person, last_name: undefined }, "last_name is missing"],
    [{ ...person, last_name: null }, "last_name: expected a string"],
    [{ ...person, last_name: "" }, "last_name: expected a value with a length of at least 1"],
    [{ ...person, name: 5 }, "name: expected a string or null"],
    [{ ...person, life_cycle_state: secret }, 'life_cycle_state: expected "MARKETING" or "FINANCIAL"'],
    [{ ...person, company_profile: { registration_number: secret } }, "company_profile: expected null"],
    [about({ gender: secret }), 'demographics.gender: expected "MALE", "FEMALE" or null'],
    [about({ name_day: secret }), "demographics.name_day: expected an object"],
    [about({ date_of_birth: { day: 0 } }), "demographics.date_of_birth.day: expected a value between 1 and 31"],
    [about({ date_of_birth: { day: secret } }), "demographics.date_of_birth.day: expected a number or null"],
    [
      about({ date_of_birth: { day: 31, month: 2 } }),
      "demographics.date_of_birth: expected a date that exists in the calendar"
    ],
    [
      about({ id_number_expiration_date: secret }),
      "demographics.id_number_expiration_date: expected a date, YYYY-MM-DD"
    ],
    [about({ country_of_residence: {} }), "demographics.country_of_residence.id is missing"],
    [about({ country_of_residence: secret }), "demographics.country_of_residence: expected an object or null"]
  ]

  for (const [contact, description] of descriptions) {
    it.effect(`refuses with: ${description}`, () =>
      Effect.map(post(create, contact), (response) => assertDescription(response, description))
    )
  }
})
