import {
  CommunicationNotFound,
  ContactInformationNotFound,
  checkQuery,
  InvalidQuery,
  parseQuery,
  type QueryInput
} from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

const hex = "0123456789ABCDEF0123456789ABCDEF"
const drafts = { life_cycle_state: "DRAFT" } as const
const failure = (parameter: string, expected: string) => Result.fail(new InvalidQuery({ parameter, expected }))
const noFilter = failure(
  "contact_information_identifier",
  "at least one of contact_information_identifier, life_cycle_state"
)
const invalidLimit = failure("number_of_results", "a whole number from 1 to 100")
const invalidOffset = failure("offset", "a whole number from 0 to 1000; to read further, pass the last id as after")

describe("checkQuery", () => {
  it.each<QueryInput>([
    drafts,
    { contact_information_identifier: { id: hex } },
    { contact_information_identifier: { id: "no id at all" }, after: "neither" },
    { ...drafts, number_of_results: 1 },
    { ...drafts, number_of_results: 100 },
    { ...drafts, offset: 0 },
    { ...drafts, offset: 1_000 }
  ])("accepts %j", (given) => {
    assert.deepStrictEqual(checkQuery(given), Result.void)
  })
  it.each<QueryInput>([
    {},
    { direction: "INCOMING", media: "SMS", after: hex },
    { number_of_results: 0, offset: -1 },
    { contact_information_identifier: undefined, life_cycle_state: undefined }
  ])("refuses a query without contact and state, before it checks the rest: %j", (given) => {
    assert.deepStrictEqual(checkQuery(given), noFilter)
  })
  it.each([0, -1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses %d results, before it checks the offset",
    (number) => {
      assert.deepStrictEqual(checkQuery({ ...drafts, number_of_results: number, offset: -1 }), invalidLimit)
    }
  )
  it.each([-1, 0.5, 1_001, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses the offset %d", (number) => {
    assert.deepStrictEqual(checkQuery({ ...drafts, number_of_results: 100, offset: number }), invalidOffset)
  })
  it.prop("accepts exactly the whole numbers from 1 to 100", [Schema.Number], ([number_of_results]) => {
    const isAccepted = Result.isSuccess(checkQuery({ ...drafts, number_of_results }))
    return isAccepted === (number_of_results >= 1 && number_of_results <= 100 && number_of_results % 1 === 0)
  })
})

describe("parseQuery", () => {
  it("returns the newest 25 by default", () => {
    assert.deepStrictEqual(
      parseQuery(drafts),
      Result.succeed({ ...drafts, contact_information: undefined, after: undefined, offset: 0, limit: 25 })
    )
  })
  const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
  it.each([String, (id: string) => id.toLowerCase(), uuid, (id: string) => uuid(id).toLowerCase()])(
    "accepts ids in either case and as UUIDs, and keeps the filters: %#",
    (format) => {
      const [contact, after] = [freshId(), freshId()]
      const filter = { ...drafts, direction: "INCOMING", media: "LETTER" } as const
      const ids = { contact_information_identifier: { id: format(contact) }, after: format(after) }
      assert.deepEqual(
        parseQuery({ ...filter, ...ids, number_of_results: 7, offset: 3 }),
        Result.map(parseQuery({ ...filter, contact_information_identifier: { id: contact }, after }), (query) => ({
          ...query,
          offset: 3,
          limit: 7
        }))
      )
      assert.deepNestedInclude(parseQuery({ ...filter, ...ids }), {
        ...{ "success.contact_information": contact, "success.after": after },
        ...{ "success.direction": "INCOMING", "success.media": "LETTER" }
      })
    }
  )
  it("reports a malformed contact id as not found, before it checks after", () => {
    assert.deepStrictEqual(
      parseQuery({ contact_information_identifier: { id: "41" }, after: "42" }),
      Result.fail(new ContactInformationNotFound({ id: "41" }))
    )
  })
  it("reports a malformed after as not found", () => {
    assert.deepStrictEqual(
      parseQuery({ ...drafts, after: "42" }),
      Result.fail(new CommunicationNotFound({ identifier: { id: "42" } }))
    )
  })
})
