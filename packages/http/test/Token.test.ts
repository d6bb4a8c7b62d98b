import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { tokenOf } from "../src/Token.ts"

describe("the token of a request", () => {
  for (const [authorization, parameter, token] of [
    ["Bearer one", undefined, "one"],
    ["bearer \t one", null, "one"],
    [undefined, "one", "one"],
    ["Bearer one", "one", "one"],
    ["Bearer two", "one", ""],
    ["Bearer", "one", ""],
    ["Bearer one", "", ""],
    ["Bearer", undefined, ""],
    [undefined, undefined, ""],
    ["Basic Bearer one", undefined, ""],
    ["Bearerone", undefined, ""],
    ["Bearerone", "two", "two"],
    ["Basic one", "two", "two"]
  ] as const) {
    const described = [authorization === undefined ? "no header" : `"${authorization}"`, `the parameter ${parameter}`]
    it(`is ${JSON.stringify(token)} with ${described.join(" and ")}`, () => {
      const request = { method: "POST", url: "/", headers: { authorization }, body: new Uint8Array(), address: null }
      assert.strictEqual(Redacted.value(tokenOf(request, parameter)), token)
    })
  }
})
