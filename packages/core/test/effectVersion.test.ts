import { requireSameEffect } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it, onTestFinished, vi } from "@effect/vitest"
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

describe("the installed effect", () => {
  /** Imports the check once more, where `effect` has only these members. */
  const importWith = (members: object) => {
    vi.doMock("effect", () => members)
    onTestFinished(() => void vi.doUnmock("effect"))
    const again = `../src/effectVersion.ts?${freshId()}`
    return import(again)
  }

  it("is refused if it is too old, with its version if it exports one", async () => {
    const needed = /^@communications\/core needs effect (\S+) or newer, found (.+): install effect@\^\1$/
    const messageOf = async (members: object) =>
      importWith({ Semaphore: {}, ...members }).then(
        () => "imported",
        ({ message }) => needed.exec(message)?.[2]
      )
    assert.strictEqual(await messageOf({ Version: { getCurrentVersion: () => "4.0.6" } }), "4.0.6")
    assert.strictEqual(await messageOf({ Version: undefined }), "an older version")
    assert.strictEqual(await messageOf({ Semaphore: { takeScoped: () => {} } }), "imported")
  })
})
