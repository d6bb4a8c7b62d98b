import {
  CommunicationDetails,
  CommunicationWithHistory,
  ContactInformation,
  fieldsReader,
  operations,
  reduceToFields,
  toData,
  toDetails,
  toHistoryEntryData,
  UnknownFields
} from "@communications/core"
import { aDraft, anAct, aPerson } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

const unknown = (...[first, ...rest]: [string, ...Array<string>]) =>
  Result.fail(new UnknownFields({ unknown: [first, ...rest] }))

const readers = new Map(
  operations.flatMap((operation) =>
    "nameable" in operation && operation.nameable !== undefined
      ? [[operation.name, fieldsReader(operation.nameable, operation.result)] as const]
      : []
  )
)
const communications = ["complete", "create", "show", "list", "view"].map((method) => `communications/${method}`)
const contacts = ["create", "show", "list"].map((method) => `contact_information/${method}`)

describe("fields_set of every operation", () => {
  it("exists for all operations on communications and contacts", () => {
    assert.deepStrictEqual([...readers.keys()].sort(), [...communications, ...contacts].sort())
  })
  it.each([
    ["subject", communications],
    ["direction", communications],
    ["media", communications],
    ["content", communications],
    ["history", ["communications/show"]],
    ["history.request_id", ["communications/show"]],
    ["history.by_username", ["communications/show"]],
    ["contact_information.name", communications],
    ["name", contacts],
    ["id", [...communications, ...contacts]],
    ["created_at", communications],
    ["completed_at", communications],
    ["completed_by", communications],
    ["history.version", []],
    ["history.0", []],
    ["media.length", []]
  ])("accepts %s in %j", (name, accepting) => {
    for (const [operation, read] of readers) {
      if (accepting.includes(operation)) assert.isTrue(Result.isSuccess(read(name)), operation)
      else assert.deepStrictEqual(read(name), unknown(name), operation)
    }
  })
  it("has the details after the documented members", () => {
    const draft = aDraft()
    const names = ["direction", "media", "content", "created_at", "completed_at", "completed_by"]
    assert.deepStrictEqual(Object.keys(toDetails(draft)), [...Object.keys(toData(draft)), ...names])
    assert.deepStrictEqual(Object.keys(CommunicationDetails.fields), Object.keys(toDetails(draft)))
  })
})

describe("a projected result", () => {
  const readHistory = fieldsReader(CommunicationWithHistory, CommunicationDetails)
  const readContact = fieldsReader(ContactInformation)
  it("has the history only if it is named", () => {
    const details = { ...toDetails(aDraft()), history: [] }
    const { history: _, ...without } = details
    assert.deepStrictEqual(reduceToFields(details, Result.getOrThrow(readHistory(null))), without)
  })
  it("has the named fields of each history entry", () => {
    const history = [anAct(), anAct()].map((act) => toHistoryEntryData({ from: null, to: "DRAFT", ...act }, null))
    const show = (names: string) =>
      JSON.stringify(reduceToFields({ ...toDetails(aDraft()), history }, Result.getOrThrow(readHistory(names))))
    const [one, other] = history
    assert.strictEqual(show("history"), JSON.stringify({ history }))
    assert.strictEqual(
      show("history.by,number,history.to"),
      JSON.stringify({
        number: "41",
        history: [
          { to: "DRAFT", by: one?.by },
          { to: "DRAFT", by: other?.by }
        ]
      })
    )
  })
  it("has the named fields of a contact, in the documented order", () => {
    const shown = reduceToFields(aPerson(), Result.getOrThrow(readContact("company_profile.industry,title,type")))
    assert.strictEqual(JSON.stringify(shown), '{"type":"PERSON","title":null,"company_profile":null}')
  })
  it.prop("has all fields of any contact if all are named", [ContactInformation], ([contact]) => {
    const names = Result.getOrThrow(readContact(Object.keys(contact)))
    assert.strictEqual(JSON.stringify(reduceToFields(contact, names)), JSON.stringify(contact))
  })
  it("has the named fields of each element of a list", () => {
    const list = [toDetails(aDraft("1")), toDetails(aDraft("2"))]
    const read = readers.get("communications/list") ?? assert.fail("communications/list has no fields_set")
    assert.deepStrictEqual(reduceToFields(list, Result.getOrThrow(read("number"))), [{ number: "1" }, { number: "2" }])
    assert.deepStrictEqual(reduceToFields(list, Result.getOrThrow(read(""))), list)
  })
})
