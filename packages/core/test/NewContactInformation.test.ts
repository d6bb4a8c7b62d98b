import {
  Company,
  ContactInformation,
  ContactInformationId,
  contactInformationOf,
  NewContactInformation,
  noCompanyProfile,
  noDemographics,
  Person
} from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

const id = ContactInformationId.make(freshId())
const decode = Schema.decodeUnknownResult(NewContactInformation)
const described = (given: unknown) => Result.map(decode(given), (contact) => contactInformationOf(id, contact))
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
const engines = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines Ltd" }

describe("a described contact information", () => {
  it("as a person: members left out are unset, and the name is made of its parts", () => {
    const name = "Ada Lovelace"
    const person = Person.make({
      id,
      type: "PERSON",
      life_cycle_state: "MARKETING",
      name,
      first_name: "Ada",
      last_name: "Lovelace"
    })
    assert.deepStrictEqual(person.demographics, noDemographics)
    assert.deepStrictEqual(described(ada), Result.succeed(person))
    const unset = { middle_name: null, title: null, company_name: null, company_profile: null }
    assert.deepStrictEqual(described({ ...ada, ...unset, name: null, demographics: {} }), described(ada))
  })
  it("as a company: members left out are unset, and the name is that of the company", () => {
    assert.deepStrictEqual(
      described(engines),
      Result.succeed(
        Company.make({
          ...{ id, type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines Ltd", name: "Engines Ltd" },
          company_profile: noCompanyProfile
        })
      )
    )
  })
  it("every member is there, in the documented order", () => {
    const order = [
      ...["id", "type", "life_cycle_state", "name", "first_name", "middle_name", "last_name", "title"],
      ...["company_name", "demographics", "company_profile"]
    ]
    for (const given of [ada, engines, { ...ada, title: "Countess", name: "A" }, { name: "E", ...engines }]) {
      assert.deepStrictEqual(Object.keys(Result.getOrThrow(described(given))), order)
    }
  })
  it.each([
    [{ ...ada, name: "The Countess" }, "The Countess"],
    [{ ...ada, middle_name: "King", title: "Countess" }, "Ada Lovelace"],
    [{ ...engines, name: "Engines" }, "Engines"],
    [{ ...engines, first_name: "Charles", last_name: "Babbage" }, "Engines Ltd"]
  ])("%j has a name", (given, name) => {
    assert.strictEqual(Result.getOrThrow(described(given)).name, name)
  })
  it("a given id is ignored", () => {
    assert.strictEqual(Result.getOrThrow(described({ ...ada, id: freshId() })).id, id)
  })
  it.each([
    ["nothing", {}],
    ["no type", { ...ada, type: undefined }],
    ["another type", { ...ada, type: "ROBOT" }],
    ["no state", { ...ada, life_cycle_state: undefined }],
    ["another state", { ...ada, life_cycle_state: "DRAFT" }],
    ["a person without a first name", { ...ada, first_name: undefined }],
    ["a person with a blank first name", { ...ada, first_name: "" }],
    ["a person without a last name", { ...ada, last_name: null }],
    ["a person with a company profile", { ...ada, company_profile: {} }],
    ["a company without a name", { ...engines, company_name: undefined }],
    ["a company with a blank name", { ...engines, company_name: "" }],
    ["a company with demographics", { ...engines, demographics: {} }],
    ["a blank name", { ...ada, name: "" }],
    ["text that no store can carry", { ...ada, title: "\u0000" }],
    ["half a character", { ...ada, title: "\ud800" }],
    ["a gender", { ...ada, demographics: { gender: "X" } }],
    ["a date of birth that no calendar has", { ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }],
    ["a leap day in no leap year", { ...ada, demographics: { date_of_birth: { day: 29, month: 2, year: 1900 } } }],
    ["a name day that no calendar has", { ...ada, demographics: { name_day: { day: 31, month: 4 } } }],
    [
      "a passport that expires on a date that no calendar has",
      { ...ada, demographics: { passport_number_expiration_date: "2026-02-31" } }
    ],
    ["an id that expires at an hour", { ...ada, demographics: { id_number_expiration_date: "2026-01-31T00:00:00" } }],
    ["a country without an id", { ...ada, demographics: { country_of_residence: { name: "Cyprus" } } }],
    ["a country by its name", { ...ada, demographics: { country_of_residence: "Cyprus" } }],
    ["an industry without an id", { ...engines, company_profile: { industry: {} } }],
    [
      "a company founded on a date that no calendar has",
      { ...engines, company_profile: { established_date: "2025-02-29" } }
    ],
    ["half an employee", { ...engines, company_profile: { number_of_employees: 0.5 } }],
    ["fewer employees than none", { ...engines, company_profile: { number_of_employees: -1 } }],
    ["a turnover without end", { ...engines, company_profile: { annual_turnover: Number.POSITIVE_INFINITY } }]
  ])("%s is refused", (_, given) => {
    assert.isTrue(Result.isFailure(described(given)))
  })
  it.prop("a contact describes itself again", [NewContactInformation], ([given]) => {
    const contact = contactInformationOf(id, given)
    assert.isTrue(Schema.is(ContactInformation)(contact))
    assert.deepStrictEqual(described(contact), Result.succeed(contact))
  })
})
