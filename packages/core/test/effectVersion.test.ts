import { requireSameEffect } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"

describe("requireSameEffect", () => {
  it("accepts the copy of effect that the core loads", () => {
    requireSameEffect("host", Redacted.value)
  })

  it("names the package that loads another copy", () => {
    const another: typeof Redacted.value = (token) => Redacted.value(token)
    assert.throws(() => requireSameEffect("host", another), /^host and @communications\/core load two copies of effect/)
  })
})
