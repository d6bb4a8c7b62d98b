import { InvalidCaller, parseCaller } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { uuidOf } from "./Given.ts"

const hex = "0123456789ABCDEF0123456789ABCDEF"

describe("parseCaller", () => {
  const caller = freshCaller()
  it.each([String, (id: string) => id.toLowerCase(), uuidOf, (id: string) => uuidOf(id).toUpperCase()])(
    "accepts ids in either case, and as UUIDs: %#",
    (format) => {
      const given = { organisation: format(caller.organisation), user: format(caller.user) }
      assert.deepStrictEqual(parseCaller(given), Result.succeed(caller))
    }
  )
  it.each(["", "ada", `${hex}0`, ` ${hex}`, `{${uuidOf(hex)}}`])("names the invalid member: %j", (id) => {
    const refused = (member: "organisation" | "user") => Result.fail(new InvalidCaller({ member }))
    assert.deepStrictEqual(parseCaller({ ...caller, user: id }), refused("user"))
    assert.deepStrictEqual(parseCaller({ ...caller, organisation: id }), refused("organisation"))
    assert.deepStrictEqual(parseCaller({ organisation: id, user: id }), refused("organisation"))
  })
})
