import { CommunicationData, fieldsReader, project, toData, UnknownFields } from "@communications/core"
import { aDraft } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Predicate, Result, type Schema } from "effect"

const read = fieldsReader(CommunicationData)
const data = toData(aDraft())
const show = (given: Parameters<typeof read>[0]) => project(data, Result.getOrThrow(read(given)))

describe("fieldsReader, project", () => {
  it.each([undefined, null, "", "  \t", " , ", [], [" "], ["", "\t"]])("no names, all fields: %j", (given) => {
    assert.deepStrictEqual(show(given), data)
  })
  it("only the named fields, in the documented order", () => {
    const expected = JSON.stringify({ id: data.id, number: "41", life_cycle_state: "DRAFT" })
    for (const given of [
      "id,number,life_cycle_state",
      " life_cycle_state ,number, id",
      ["number", "id", "life_cycle_state"]
    ]) {
      assert.strictEqual(JSON.stringify(show(given)), expected)
    }
  })
  it("repetition is harmless", () => {
    assert.deepStrictEqual(show("id,id, id"), { id: data.id })
  })
  it("a dot goes deeper", () => {
    assert.deepStrictEqual(show("contact_information.name,contact_information.demographics.gender,number"), {
      number: "41",
      contact_information: { name: "Ada Lovelace", demographics: { gender: null } }
    })
  })
  it("null stays null, however deep the name", () => {
    assert.deepStrictEqual(
      show([
        "contact_information.company_profile.industry.code",
        "contact_information.demographics.country_of_residence.country_flag.file.file_name"
      ]),
      { contact_information: { demographics: { country_of_residence: null }, company_profile: null } }
    )
  })
  it("a whole field includes its parts", () => {
    const { contact_information } = data
    assert.deepStrictEqual(show("contact_information.name,contact_information"), { contact_information })
    assert.deepStrictEqual(show("contact_information,contact_information.name"), { contact_information })
  })
  it("both kinds of contact have names", () => {
    assert.isTrue(Result.isSuccess(read("contact_information.company_profile.annual_turnover")))
    assert.isTrue(Result.isSuccess(read("contact_information.demographics.date_of_birth.year")))
  })
  it.each([
    ["ids", ["ids"]],
    ["ID", ["ID"]],
    ["id,,number", [""]],
    ["id,", [""]],
    [["id", " "], [""]],
    [["id,number"], ["id,number"]],
    ["id.x", ["id.x"]],
    ["contact_information.", ["contact_information."]],
    [".id", [".id"]],
    ["__proto__,constructor", ["__proto__", "constructor"]],
    ["completed_by,id,nope", ["completed_by", "nope"]]
  ])("unknown names are refused, and listed: %j", (given, [first = "", ...rest]) => {
    const refused = Result.fail(new UnknownFields({ unknown: [first, ...rest] }))
    assert.deepStrictEqual(read(given), refused)
  })
  it.prop("no name is the same as every name: all fields, in the documented order", [CommunicationData], ([data]) => {
    const backwards = (object: object): Schema.JsonObject =>
      Object.fromEntries(
        Object.entries(object)
          .toReversed()
          .map(([name, value]) => [name, Predicate.isObject(value) ? backwards(value) : value])
      )
    const turned = backwards(data)
    for (const given of [undefined, Object.keys(data)]) {
      const fields = Result.getOrThrow(read(given))
      assert.strictEqual(JSON.stringify(project(turned, fields)), JSON.stringify(data))
    }
  })
})
