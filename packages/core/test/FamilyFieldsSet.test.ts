import {
  CommunicationDetails,
  ContactInformation,
  parseContactFieldsSet,
  parseDetailsFieldsSet,
  parseFieldsSet,
  parseHistoryFieldsSet,
  project,
  toData,
  toDetails,
  toTransitionData,
  UnknownFields
} from "@communications/core"
import { aDraft, anAct, aPerson } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

const unknown = (...[first, ...rest]: [string, ...Array<string>]) =>
  Result.fail(new UnknownFields({ unknown: [first, ...rest] }))

describe("fields_set of complete, of the other methods, of show, of contact information", () => {
  const parsers = {
    complete: parseFieldsSet,
    others: parseDetailsFieldsSet,
    show: parseHistoryFieldsSet,
    contact: parseContactFieldsSet
  }
  it.each([
    ["subject", ["complete", "others", "show"]],
    ["direction", ["others", "show"]],
    ["media", ["others", "show"]],
    ["content", ["others", "show"]],
    ["history", ["show"]],
    ["history.request_id", ["show"]],
    ["contact_information.name", ["complete", "others", "show"]],
    ["name", ["contact"]],
    ["id", ["complete", "others", "show", "contact"]],
    ["created_at", []],
    ["completed_by", []],
    ["history.version", []],
    ["history.0", []],
    ["media.length", []]
  ])("%s is known to %j", (name, knowing) => {
    for (const [method, parse] of Object.entries(parsers)) {
      if (knowing.includes(method)) assert.isTrue(Result.isSuccess(parse(name)), method)
      else assert.deepStrictEqual(parse(name), unknown(name), method)
    }
  })
  it("the details come after what complete answers", () => {
    const [draft, names] = [aDraft(), ["direction", "media", "content"]]
    assert.deepStrictEqual(Object.keys(toDetails(draft)), [...Object.keys(toData(draft)), ...names])
    assert.deepStrictEqual(Object.keys(CommunicationDetails.fields), Object.keys(toDetails(draft)))
  })
  it("of the history, what is named of each of its steps", () => {
    const history = [anAct(), anAct()].map((act) => toTransitionData({ from: null, to: "DRAFT", ...act }))
    const show = (names: string) =>
      JSON.stringify(project({ ...toDetails(aDraft()), history }, Result.getOrThrow(parseHistoryFieldsSet(names))))
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
  it("of a contact, what is named, in the documented order", () => {
    const shown = project(aPerson(), Result.getOrThrow(parseContactFieldsSet("company_profile.industry,title,type")))
    assert.strictEqual(JSON.stringify(shown), '{"type":"PERSON","title":null,"company_profile":null}')
  })
  it.prop("of any contact, all fields are every field by its name", [ContactInformation], ([contact]) => {
    const names = Result.getOrThrow(parseContactFieldsSet(Object.keys(contact)))
    assert.strictEqual(JSON.stringify(project(contact, names)), JSON.stringify(contact))
  })
})
