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
const contactFrom = (given: unknown) => Result.map(decode(given), (contact) => contactInformationOf(id, contact))
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
const engines = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines Ltd" }

describe("a new contact", () => {
  it("is a person whose omitted members are unset, and whose name is made of its parts", () => {
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
    assert.deepStrictEqual(contactFrom(ada), Result.succeed(person))
    const unset = { middle_name: null, title: null, company_name: null, company_profile: null }
    assert.deepStrictEqual(contactFrom({ ...ada, ...unset, name: null, demographics: {} }), contactFrom(ada))
  })
  it("is a company whose omitted members are unset, and whose name is the company name", () => {
    assert.deepStrictEqual(
      contactFrom(engines),
      Result.succeed(
        Company.make({
          ...{ id, type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines Ltd", name: "Engines Ltd" },
          company_profile: noCompanyProfile
        })
      )
    )
  })
  it("has every member, in the documented order", () => {
    const order = [
      ...["id", "type", "life_cycle_state", "name", "first_name", "middle_name", "last_name", "title"],
      ...["company_name", "demographics", "company_profile"]
    ]
    for (const given of [ada, engines, { ...ada, title: "Countess", name: "A" }, { name: "E", ...engines }]) {
      assert.deepStrictEqual(Object.keys(Result.getOrThrow(contactFrom(given))), order)
    }
  })
  it.each([
    [{ ...ada, name: "The Countess" }, "The Countess"],
    [{ ...ada, middle_name: "King", title: "Countess" }, "Ada Lovelace"],
    [{ ...engines, name: "Engines" }, "Engines"],
    [{ ...engines, first_name: "Charles", last_name: "Babbage" }, "Engines Ltd"]
  ])("%j has the name %j", (given, name) => {
    assert.strictEqual(Result.getOrThrow(contactFrom(given)).name, name)
  })
  it("ignores an id in the description", () => {
    assert.strictEqual(Result.getOrThrow(contactFrom({ ...ada, id: freshId() })).id, id)
  })
  it.each([
    ["an empty description", {}],
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
    ["text with the character U+0000", { ...ada, title: "\u0000" }],
    ["text with half a surrogate pair", { ...ada, title: "\ud800" }],
    ["an unknown gender", { ...ada, demographics: { gender: "X" } }],
    ["a date of birth that does not exist", { ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }],
    ["a leap day in a common year", { ...ada, demographics: { date_of_birth: { day: 29, month: 2, year: 1900 } } }],
    ["a name day that does not exist", { ...ada, demographics: { name_day: { day: 31, month: 4 } } }],
    [
      "a passport that expires on a date that does not exist",
      { ...ada, demographics: { passport_number_expiration_date: "2026-02-31" } }
    ],
    [
      "an id that expires at a time of day",
      { ...ada, demographics: { id_number_expiration_date: "2026-01-31T00:00:00" } }
    ],
    ["a country without an id", { ...ada, demographics: { country_of_residence: { name: "Cyprus" } } }],
    ["a country as a name", { ...ada, demographics: { country_of_residence: "Cyprus" } }],
    ["an industry without an id", { ...engines, company_profile: { industry: {} } }],
    [
      "a company founded on a date that does not exist",
      { ...engines, company_profile: { established_date: "2025-02-29" } }
    ],
    ["a fraction of an employee", { ...engines, company_profile: { number_of_employees: 0.5 } }],
    ["a negative number of employees", { ...engines, company_profile: { number_of_employees: -1 } }],
    ["an infinite turnover", { ...engines, company_profile: { annual_turnover: Number.POSITIVE_INFINITY } }]
  ])("%s is refused", (_, given) => {
    assert.isTrue(Result.isFailure(contactFrom(given)))
  })
  it.prop("is unchanged if it is described by itself", [NewContactInformation], ([given]) => {
    const contact = contactInformationOf(id, given)
    assert.isTrue(Schema.is(ContactInformation)(contact))
    assert.deepStrictEqual(contactFrom(contact), Result.succeed(contact))
  })
})
