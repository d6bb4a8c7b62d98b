import { Cause, Effect, Exit } from "effect"
import { describe, expect, it } from "vitest"
import { expectEqual, expectFailure, failureOf } from "../src/testing/Clause.ts"

const messageOf = (test: Effect.Effect<unknown, unknown>) => {
  const exit = Effect.runSyncExit(test)
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  return error instanceof Error ? error.message : error
}

describe("a clause that fails", () => {
  it("shows the first member that differs, and where it is, instead of everything", () => {
    const listed = [{ number: "41", subject: "a" }, { number: "42", contact: { name: "Ada" } }, { number: "43" }]
    const expected = [{ number: "41", subject: "a" }, { number: "42", contact: { name: "Bob" } }, { number: "44" }]
    expect(messageOf(expectEqual(listed, expected))).toBe(`1.contact.name: expected "Bob"\n but got "Ada"`)
    expect(messageOf(expectEqual([], ["NotDraft"]))).toBe(`0: expected "NotDraft"\n but got undefined`)
    expect(messageOf(expectEqual(["NotDraft"], []))).toBe(`0: expected undefined\n but got "NotDraft"`)
    expect(messageOf(expectEqual({ content: null }, {}))).toBe("content: expected undefined\n but got null")
    expect(messageOf(expectEqual([], {}))).toBe("expected {}\n but got []")
    expect(messageOf(expectEqual(2, 1))).toBe("expected 1\n but got 2")
    expect(messageOf(expectEqual([{ at: new Date(0) }], [{ at: new Date(0) }]))).toBeUndefined()
  })

  it("says that a failure was expected if an effect succeeds, also with the expected error as its value", () => {
    expect(messageOf(failureOf(Effect.succeed({ number: "41" })))).toBe(
      `expected a failure\n but got the value {"number":"41"}`
    )
    expect(messageOf(expectFailure(Effect.succeed("no"), "no"))).toBe(
      `expected the failure "no"\n but got the value "no"`
    )
    expect(messageOf(expectFailure(Effect.fail("other"), "no"))).toBe(`expected "no"\n but got "other"`)
    expect(messageOf(expectFailure(Effect.fail("no"), "no"))).toBeUndefined()
    expect(Effect.runSync(failureOf(Effect.fail("no")))).toBe("no")
  })
})
