import { assert, describe, it } from "@effect/vitest"
import { rewriteSchemas } from "../src/document/DocumentSchemas.ts"

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const text = { type: "string" }
const object = (properties: Readonly<Record<string, object>>) => ({
  ...{ type: "object", properties, additionalProperties: false }
})
const ofRequest = (properties: Readonly<Record<string, object>>) => ({ type: "object", properties })

/** The rewritten schemas, without those that every document has. */
const rewritten = (...parameters: Parameters<typeof rewriteSchemas>) => {
  const { schemas } = rewriteSchemas(...parameters)
  const { CommunicationIdentifier, ContactInformationIdentifier, ...others } = schemas
  assert.isDefined(CommunicationIdentifier)
  assert.isDefined(ContactInformationIdentifier)
  return others
}

describe("the schemas of the document", () => {
  it("are those that requests and responses reference, directly or not, by name", () => {
    const schemas = {
      ...{ Z: object({ b: ref("B") }), B: object({ z: ref("Z"), list: { type: "array", items: ref("C") } }) },
      ...{ C: object({}), Unused: object({}) }
    }
    const others = rewritten(schemas, [], [{ oneOf: [ref("Z")] }])
    assert.deepStrictEqual(others, { B: schemas.B, C: schemas.C, Z: schemas.Z })
    assert.deepStrictEqual(Object.keys(others), ["B", "C", "Z"])
    const member = object({ $ref: text })
    assert.deepStrictEqual(rewritten({ Member: member }, [], [ref("Member")]), { Member: member })
  })

  it("have another name in requests if responses have one of that name, and allow more members there", () => {
    const schemas = {
      ...{ Person: object({ name: text }), Person_1: object({}), Draft_12: object({ by: ref("Person_1") }) },
      ...{ Step_1_2: object({}) }
    }
    const [requests, responses] = [
      [ref("Person_1"), ref("Draft_12")],
      [ref("Person"), ref("Step_1_2")]
    ]
    assert.deepStrictEqual(rewritten(schemas, requests, responses), {
      Draft: ofRequest({ by: ref("NewPerson") }),
      NewPerson: ofRequest({}),
      Person: schemas.Person,
      Step_1: schemas.Step_1_2
    })
    const { ofRequest: requestOf, ofResponse: responseOf } = rewriteSchemas(schemas, requests, responses)
    assert.deepStrictEqual(requestOf(object({ list: { anyOf: [ref("Person_1")] } })), {
      ...ofRequest({ list: { anyOf: [ref("NewPerson")] } })
    })
    assert.deepStrictEqual(responseOf([ref("Step_1_2"), 1, null]), [ref("Step_1"), 1, null])
  })

  it("contain schemas of text in place of references to them", () => {
    const schemas = { Id: { ...text, pattern: "^[0-9]$" }, Named: object({ id: ref("Id"), missing: ref("Missing") }) }
    const expected = object({ id: schemas.Id, missing: ref("Missing") })
    assert.deepStrictEqual(rewritten(schemas, [], [ref("Named")]), { Missing: undefined, Named: expected })
    const { additionalProperties: _, ...open } = expected
    assert.deepStrictEqual(rewritten(schemas, [ref("Named"), ref("Id")], []), { Missing: undefined, Named: open })
  })

  it("write null as a second type of a plain type", () => {
    const { ofResponse } = rewriteSchemas({}, [], [])
    const none = { type: "null" }
    for (const [schema, expected] of [
      [
        { anyOf: [text, none], description: "d" },
        { type: ["string", "null"], description: "d" }
      ],
      [{ anyOf: [{ ...text, enum: ["A"] }, none] }, { type: ["string", "null"], enum: ["A", null] }],
      [{ anyOf: [text] }, undefined],
      [{ anyOf: [text, none, none] }, undefined],
      [{ anyOf: [none, text] }, undefined],
      [{ anyOf: [ref("Named"), none] }, undefined],
      [{ anyOf: [{ type: ["string", "number"] }, none] }, undefined],
      [{ oneOf: [text, none] }, undefined]
    ] as const) {
      assert.deepStrictEqual(ofResponse({ schema }), { schema: expected ?? schema })
    }
  })

  it("are refused if two different ones have one name", () => {
    const responses = [ref("Person"), ref("Person_1")]
    const person = object({ name: text })
    assert.deepStrictEqual(rewritten({ Person: person, Person_1: { ...person } }, [], responses), { Person: person })
    const other = { Person: person, Person_1: object({}) }
    assert.throws(() => rewriteSchemas(other, [], responses), "two different schemas are called Person")
  })
})
