import { AmbiguousIdentifier, CommunicationNotFound, parseIdentifier } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

const hex = "0123456789ABCDEF0123456789ABCDEF"

describe("parseIdentifier", () => {
  it("accepts an id in either case, and as a UUID", () => {
    const id = freshId()
    const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    for (const given of [id, id.toLowerCase(), uuid, uuid.toLowerCase()]) {
      assert.deepNestedInclude(parseIdentifier({ id: given }), { "success._tag": "Id", "success.id": id })
    }
  })
  it.each(["41", "CM000680", "  ", "0", "…"])("keeps any number unchanged: %j", (number) => {
    assert.deepNestedInclude(parseIdentifier({ number, id: null }), {
      "success._tag": "Number",
      "success.number": number
    })
  })
  it.each([
    {},
    { id: null },
    { number: null },
    { id: null, number: null },
    { id: undefined },
    { id: "A", number: "B" },
    { id: hex, number: "41" },
    { id: "", number: "" }
  ])("refuses neither or both of id and number: %j", (given) => {
    assert.deepStrictEqual(parseIdentifier(given), Result.fail(new AmbiguousIdentifier({ given })))
  })
  it.each([
    { id: "" },
    { id: "41" },
    { id: `${hex}0` },
    { id: hex.replace(/.$/, "G") },
    { id: "252f3a1a-87c2-6866-a1e1-a1b18d6043eg" },
    { id: "252f3a1a87c2-6866-a1e1-a1b18d6043ea" },
    { id: "252f3a1a-87c2-6866-a1e1-a1b18d6043ea0" },
    { id: "{252f3a1a-87c2-6866-a1e1-a1b18d6043ea}" },
    { id: "252f-3a1a87c2-6866-a1e1-a1b18d6043ea" },
    { id: "ß".repeat(32) },
    { id: `\ufb00${hex.slice(2)}` },
    { number: "" },
    { number: "4\u00001" },
    { number: "\ud800" },
    { number: "4".repeat(101) }
  ])("reports a malformed identifier as not found: %j", (identifier) => {
    assert.deepStrictEqual(parseIdentifier(identifier), Result.fail(new CommunicationNotFound({ identifier })))
  })
  it("error messages name the wrong identifier", () => {
    assert.match(new AmbiguousIdentifier({ given: {} }).message, /neither id nor number/)
    assert.match(new AmbiguousIdentifier({ given: { id: "A", number: "B" } }).message, /both id "A" and number "B"/)
    assert.match(new CommunicationNotFound({ identifier: { number: "41" } }).message, /number "41"/)
    assert.match(new CommunicationNotFound({ identifier: { id: "A", number: null } }).message, /id "A"/)
  })
})
