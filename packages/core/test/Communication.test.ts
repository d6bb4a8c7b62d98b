import { Communication, toData, toDetails } from "@communications/core"
import { aDraft } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"

describe("a communication", () => {
  it.prop("is unchanged after encoding and decoding", [Communication], ([communication]) => {
    const codec = Schema.toCodecJson(Communication)
    const json = JSON.stringify(Schema.encodeSync(codec)(communication))
    assert.deepStrictEqual(Schema.decodeUnknownSync(codec)(JSON.parse(json)), communication)
  })
})

describe("the data of a communication", () => {
  it("has times in UTC with seconds, without a zone or a fraction", () => {
    const at = DateTime.makeUnsafe("2016-08-25T08:22:28.999+02:00")
    const { viewed, viewed_on } = toData({ ...aDraft(), viewed_on: at })
    assert.deepStrictEqual([viewed, viewed_on], [true, "2016-08-25T06:22:28"])
  })
  it("has viewed_on null before the first view", () => {
    const { viewed, viewed_on } = toData(aDraft())
    assert.deepStrictEqual([viewed, viewed_on], [false, null])
  })
  it.prop("changes only in viewed and viewed_on after a view", [Communication], ([communication]) => {
    const viewed = { ...communication, viewed_on: DateTime.makeUnsafe("2026-01-31T12:00:00.123Z") }
    const expected = { ...toDetails(communication), viewed: true, viewed_on: "2026-01-31T12:00:00" }
    assert.deepStrictEqual(toDetails(viewed), expected)
  })
})
