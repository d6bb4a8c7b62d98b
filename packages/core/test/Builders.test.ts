import type { Act, Draft, Person } from "@communications/core"
import { aCompany, aDraft, anAct, aPerson, freshId, noon, type TestTime } from "@communications/core/testing"
import { DateTime } from "effect"
import { assert, describe, expectTypeOf, it } from "vitest"
import { uuidOf } from "./Given.ts"

const expectMembers = (actual: object | undefined, expected: object) => assert.deepInclude(actual, expected)

describe("builders", () => {
  it("fill in what is not named, with a new id each time", () => {
    const [one, other] = [aDraft(), aDraft()]
    assert.notStrictEqual(one.id, other.id)
    assert.notStrictEqual(one.contact_information.id, other.contact_information.id)
    expectMembers(one, { number: "41", direction: "OUTGOING", media: "EMAIL", content: null, viewed_on: null })
    expectMembers(aPerson(), { type: "PERSON", name: "Ada Lovelace", middle_name: null, company_profile: null })
    expectMembers(aCompany(), {
      type: "COMPANY",
      name: "Analytical Engines",
      first_name: null,
      demographics: null
    })
    assert.strictEqual(anAct().at, noon)
  })
  it("take plain values and return values of the domain", () => {
    const id = freshId()
    const contact_information = aCompany({
      id: uuidOf(id),
      company_name: "Acme",
      company_profile: { profile_year: 2026 }
    })
    assert.strictEqual(contact_information.id, id)
    assert.strictEqual(contact_information.company_profile.profile_year, 2026)
    const draft = aDraft({
      ...{ number: "CM000680", subject: null, media: "LETTER", contact_information },
      ...{ created_at: "2026-03-01T09:00:00+01:00", viewed_on: new Date("2026-03-02T09:00:00Z") }
    })
    expectTypeOf(draft).toEqualTypeOf<Draft>()
    expectMembers(draft, { number: "CM000680", subject: null, media: "LETTER", contact_information })
    assert.strictEqual(DateTime.formatIso(draft.created_at), "2026-03-01T08:00:00.000Z")
    assert.strictEqual(draft.viewed_on && DateTime.formatIso(draft.viewed_on), "2026-03-02T09:00:00.000Z")
    const act = anAct({ at: "2026-03-01T09:00:00", by: uuidOf(id), request_id: null })
    expectTypeOf(act).toEqualTypeOf<Act>()
    expectMembers(act, { by: id, request_id: null })
    assert.strictEqual(DateTime.formatIso(act.at), "2026-03-01T09:00:00.000Z")
  })
  it("text is short for the number of a draft", () => {
    assert.strictEqual(aDraft("42").number, "42")
  })
  it("the name of a contact is made of its parts unless it is named", () => {
    const person = aPerson({ first_name: "Grace", last_name: "Hopper" })
    expectTypeOf(person).toEqualTypeOf<Person>()
    assert.strictEqual(person.name, "Grace Hopper")
    assert.strictEqual(aPerson({ name: "Amazing Grace", first_name: "Grace" }).name, "Amazing Grace")
    assert.strictEqual(aCompany({ company_name: "Acme" }).name, "Acme")
  })
  it("fill in members that are undefined", () => {
    const given = { number: undefined, subject: undefined, created_at: undefined, contact_information: undefined }
    // As a host without `exactOptionalPropertyTypes` may pass them.
    const draft = Reflect.apply(aDraft, undefined, [given])
    expectMembers(draft, { number: "41", subject: "About the engine" })
    expectMembers(Reflect.apply(aPerson, undefined, [{ id: undefined, name: undefined }]), { name: "Ada Lovelace" })
  })
  it("refuse invalid values, and name the member", () => {
    assert.throws(() => aPerson({ first_name: "" }), /first_name/)
    assert.throws(() => aCompany({ company_profile: { established_date: "yesterday" } }), /established_date/)
    for (const member of ["annual_turnover", "number_of_employees"]) {
      assert.throws(() => aCompany({ company_profile: { [member]: -0 } }), /a number other than -0/)
      assert.doesNotThrow(() => aCompany({ company_profile: { [member]: 0 } }))
    }
    assert.throws(() => aDraft({ id: "41" }), /id/)
    assert.throws(() => aDraft({ subject: "\u0000" }), /subject/)
    assert.throws(() => anAct({ by: "ada" }), /32 upper-case hexadecimal digits/)
  })
  it("refuse unknown members", () => {
    assert.throws(() => Reflect.apply(aDraft, undefined, [{ nubmer: "41" }]), /nubmer/)
    assert.throws(() => Reflect.apply(aPerson, undefined, [{ demographics: { sex: "FEMALE" } }]), /sex/)
  })
  it("refuse invalid times", () => {
    for (const time of [
      "yesterday",
      "",
      "1 March 2026",
      "on 2026-03-01",
      "2026-03-32",
      new Date(Number.NaN)
    ] satisfies ReadonlyArray<TestTime>) {
      assert.throws(() => aDraft({ created_at: time }), TypeError, "Expected a valid Date or ISO 8601 text, got")
      assert.throws(() => aDraft({ viewed_on: time }), TypeError)
      assert.throws(() => anAct({ at: time }), TypeError)
    }
  })
})
