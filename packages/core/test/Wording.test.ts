import { createCommunications, describeAll, layerMemory } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Result, Schema, SchemaParser } from "effect"

const { communications, contact_information, dispose } = createCommunications(layerMemory)
afterAll(() => dispose())

const caller = freshCaller()
const letter = { direction: "INCOMING", media: "LETTER", contact_information_identifier: { id: "x" } } as const
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" } as const

/** The request of a caller without TypeScript, who can pass anything. */
const requestOf = (members: object) => JSON.parse(JSON.stringify({ caller, ...members }))

const reasonOf = async (outcome: Promise<{ readonly ok: boolean; readonly error?: unknown }>) => {
  const { error } = await outcome
  return error instanceof Error && "reason" in error ? error.reason : error
}

describe("the reason of an invalid request names the parameter and what is expected of it", () => {
  it.each([
    [{}, "contact_information_identifier is missing"],
    [{ ...letter, direction: "UP" }, 'direction: expected "INCOMING" or "OUTGOING"'],
    [{ ...letter, media: null }, 'media: expected "EMAIL", "SMS", "PHONE", "LETTER" or "FACE_TO_FACE"'],
    [{ ...letter, subject: 5 }, "subject: expected a string or null"],
    [{ ...letter, contact_information_identifier: 5 }, "contact_information_identifier: expected an object"],
    [
      { ...letter, contact_information_identifier: { id: true } },
      "contact_information_identifier.id: expected a string"
    ],
    [{ ...letter, fields_set: {} }, "fields_set: expected a string, an array or null"],
    [{ ...letter, fields_set: ["id", 5] }, "fields_set.1: expected a string"]
  ])("%j", async (request, reason) => {
    assert.strictEqual(await reasonOf(communications.create(requestOf(request))), reason)
  })
  it.each([
    [{ ...ada, type: "ALIEN" }, 'type: expected "PERSON" or "COMPANY"'],
    [{ ...ada, life_cycle_state: undefined }, "life_cycle_state is missing"],
    [{ ...ada, first_name: "\u0000" }, "first_name: expected well-formed Unicode text without the character U+0000"],
    [
      { ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } },
      "demographics.date_of_birth: expected a date that exists in the calendar"
    ]
  ])("%j", async (request, reason) => {
    assert.strictEqual(await reasonOf(contact_information.create(requestOf(request))), reason)
  })
  it("also if no parameter has the name, in the operations that refuse unknown parameters", async () => {
    const listing = contact_information.list(requestOf({ nam: "Ada" }))
    assert.strictEqual(await reasonOf(listing), "nam: no parameter has this name")
    assert.strictEqual(await reasonOf(contact_information.create(requestOf({ nam: "Ada", ...ada }))), undefined)
  })
})

describe("describeAll", () => {
  const describing = (schema: Schema.Codec<unknown, unknown>, value: unknown) =>
    Result.match(SchemaParser.decodeUnknownResult(schema)(value, { errors: "all" }), {
      onFailure: describeAll,
      onSuccess: () => assert.fail("expected a failure")
    })
  const untagged = Schema.Struct({ name: Schema.String })
  const tagged = (type: string) => Schema.Struct({ type: Schema.Literal(type) })
  it.each([
    ["a boolean", Schema.Boolean, "the request: expected true or false"],
    ["a number", Schema.Number, "the request: expected a number"],
    ["null", Schema.Null, "the request: expected null"],
    ["a type by its own words", Schema.Number.annotate({ expected: "a weight" }), "the request: expected a weight"],
    ["a type without a word for it", Schema.BigInt, "the request: expected another type"],
    [
      "alternatives, each once",
      Schema.Union([Schema.Null, Schema.Boolean, Schema.Null]),
      "the request: expected null or true or false"
    ],
    [
      "the values of one alternative, and the other alternative",
      Schema.Union([Schema.Literals(["a", "b"]), Schema.Null]),
      'the request: expected "a", "b" or null'
    ],
    ["objects without tags", Schema.Union([untagged, untagged]), "the request: expected an object"],
    ["objects of which the first has no tag", Schema.Union([untagged, tagged("a")]), "the request: expected an object"],
    ["objects of which the last has no tag", Schema.Union([tagged("a"), untagged]), "the request: expected an object"],
    [
      "objects without a common tag",
      Schema.Union([tagged("a"), Schema.Struct({ kind: Schema.Literal("b") })]),
      "the request: expected an object"
    ],
    [
      "an object or something else",
      Schema.Union([tagged("a"), Schema.Number]),
      "the request: expected an object or a number"
    ]
  ])("names %s", (_, schema, expected) => {
    assert.deepStrictEqual(describing(schema, "x"), [expected])
  })
  it("describes every problem", () => {
    const schema = Schema.Struct({ a: Schema.String, b: Schema.Struct({ c: Schema.Number }), d: Schema.String })
    assert.deepStrictEqual(describing(schema, { a: 1, b: { c: "x" } }), [
      "a: expected a string",
      "b.c: expected a number",
      "d is missing"
    ])
  })
  it("says that a text is not JSON, and of a member that it is invalid", () => {
    assert.deepStrictEqual(describing(Schema.fromJsonString(Schema.Unknown), "{"), ["the body is not JSON"])
    const json = Schema.fromJsonString(Schema.Unknown)
    const unexplained = Schema.String.check(Schema.makeFilter(() => false))
    for (const a of [json, Schema.NullOr(json), unexplained]) {
      assert.deepStrictEqual(describing(Schema.Struct({ a }), { a: "{" }), ["a is invalid"])
    }
  })
})
