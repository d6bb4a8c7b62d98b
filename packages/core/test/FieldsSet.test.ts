import {
  CommunicationData,
  fieldsReader,
  reduceToFields,
  toData,
  UnknownFields,
  unknownMembers
} from "@communications/core"
import { aDraft } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Predicate, Result, Schema } from "effect"

const read = fieldsReader(CommunicationData)
const data = toData(aDraft())
const show = (given: Parameters<typeof read>[0]) => reduceToFields(data, Result.getOrThrow(read(given)))

describe("fieldsReader and project", () => {
  it.each([undefined, null, "", "  \t", " , ", [], [" "], ["", "\t"]])(
    "return all fields without names: %j",
    (given) => {
      assert.deepStrictEqual(show(given), data)
    }
  )
  it("return only the named fields, in the documented order", () => {
    const expected = JSON.stringify({ id: data.id, number: "41", life_cycle_state: "DRAFT" })
    for (const given of [
      "id,number,life_cycle_state",
      " life_cycle_state ,number, id",
      ["number", "id", "life_cycle_state"]
    ]) {
      assert.strictEqual(JSON.stringify(show(given)), expected)
    }
  })
  it("ignore repeated names", () => {
    assert.deepStrictEqual(show("id,id, id"), { id: data.id })
  })
  it("select nested fields by a dot", () => {
    assert.deepStrictEqual(show("contact_information.name,contact_information.demographics.gender,number"), {
      number: "41",
      contact_information: { name: "Ada Lovelace", demographics: { gender: null } }
    })
  })
  it("keep null for a nested field of null", () => {
    assert.deepStrictEqual(
      show([
        "contact_information.company_profile.industry.code",
        "contact_information.demographics.country_of_residence.country_flag.file.file_name"
      ]),
      { contact_information: { demographics: { country_of_residence: null }, company_profile: null } }
    )
  })
  it("return all nested fields of a field that is also named as a whole", () => {
    const { contact_information } = data
    assert.deepStrictEqual(show("contact_information.name,contact_information"), { contact_information })
    assert.deepStrictEqual(show("contact_information,contact_information.name"), { contact_information })
  })
  it("know the fields of persons and of companies", () => {
    assert.isTrue(Result.isSuccess(read("contact_information.company_profile.annual_turnover")))
    assert.isTrue(Result.isSuccess(read("contact_information.demographics.date_of_birth.year")))
  })
  it("ignore empty names", () => {
    for (const all of [",", " , ", [], [""]]) assert.deepStrictEqual(read(all), read(null))
    for (const two of ["id,,number", "id,number,", [" ", "id", "number"]]) {
      assert.deepStrictEqual(read(two), read("id,number"))
    }
  })
  it("say where the history can be requested", () => {
    assert.match(new UnknownFields({ unknown: ["nope", "history"] }).message, /"history"; communications\/show returns/)
    assert.notMatch(new UnknownFields({ unknown: ["nope"] }).message, /history/)
  })
  it.each([
    ["ids", ["ids"]],
    ["ID", ["ID"]],
    [["id,number"], ["id,number"]],
    ["id.x", ["id.x"]],
    ["contact_information.", ["contact_information."]],
    [".id", [".id"]],
    ["__proto__,constructor", ["__proto__", "constructor"]],
    ["completed_by,id,nope", ["completed_by", "nope"]]
  ])("refuse unknown names, and list them: %j", (given, [first = "", ...rest]) => {
    const failure = Result.fail(new UnknownFields({ unknown: [first, ...rest] }))
    assert.deepStrictEqual(read(given), failure)
  })
  it.prop(
    "return all fields in the documented order, without names and with all names",
    [CommunicationData],
    ([data]) => {
      const reverse = (object: object): Schema.JsonObject =>
        Object.fromEntries(
          Object.entries(object)
            .toReversed()
            .map(([name, value]) => [name, Predicate.isObject(value) ? reverse(value) : value])
        )
      const reversed = reverse(data)
      for (const given of [undefined, Object.keys(data)]) {
        const fields = Result.getOrThrow(read(given))
        assert.strictEqual(JSON.stringify(reduceToFields(reversed, fields)), JSON.stringify(data))
      }
    }
  )
})

describe("reduceToFields", () => {
  const names = [
    ["a", []],
    ["b", [["c", []]]]
  ] as const
  it.each([
    { a: 1, b: { c: 2 } },
    { a: [], b: null },
    { a: { more: 1 }, b: { c: [1] } },
    { a: null, b: "text" }
  ])("does not copy an object that has exactly the fields: %j", (value) => {
    assert.strictEqual(reduceToFields(value, names), value)
    assert.strictEqual(reduceToFields(value, []), value)
  })
  it.each([
    [{ b: { c: 2 }, a: 1 }, '{"a":1,"b":{"c":2}}'],
    [{ a: 1 }, '{"a":1,"b":null}'],
    [{ a: 1, b: { c: 2 }, d: 3 }, '{"a":1,"b":{"c":2}}'],
    [{ a: 1, b: { c: 2, d: 3 } }, '{"a":1,"b":{"c":2}}'],
    [{ a: 1, b: {} }, '{"a":1,"b":{"c":null}}'],
    [{ a: 1, b: [{ d: 3, c: 2 }, null] }, '{"a":1,"b":[{"c":2},null]}'],
    [{}, '{"a":null,"b":null}'],
    [[{ d: 1 }, "text"], '[{"a":null,"b":null},"text"]']
  ] as const)("reduces %j to the fields, at any depth", (value, expected) => {
    assert.strictEqual(JSON.stringify(reduceToFields(value, names)), expected)
  })
})

describe("unknownMembers", () => {
  const unknown = unknownMembers(Schema.Struct({ a: Schema.String, b: Schema.Struct({ c: Schema.Number }) }), ["token"])
  it.each([
    [{ a: "", b: { c: 1 }, token: "" }, []],
    [{ a: { free: 1 }, token: [{ free: 1 }] }, []],
    [{ b: { d: 1, e: { f: 2 } }, g: 3 }, ["b.d", "b.e", "g"]],
    [{ b: [{ c: 1 }, { d: 1 }, { d: 2 }] }, ["b.d"]],
    [[{ x: 1 }, { x: 2 }], ["x"]],
    [{ b: null }, []],
    [{ b: "text" }, []],
    [null, []],
    [undefined, []],
    ["text", []]
  ])("of %j are %j", (value, expected) => {
    assert.deepStrictEqual(unknown(value), expected)
  })
})
