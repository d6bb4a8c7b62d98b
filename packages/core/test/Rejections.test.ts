import { inspect } from "node:util"
import * as Core from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { Data, Effect } from "effect"
import { assert, describe, it } from "vitest"
import { methodsTaking } from "./Given.ts"

const { NotDraft, orThrow, StorageUnavailable } = Core

const refused = new Error("connect ECONNREFUSED 10.0.0.7:5432", { cause: { address: "10.0.0.7", port: 5432 } })
const unavailable = new StorageUnavailable({ operation: "test", reason: "unreachable", cause: refused })

const completeOn = ({ communications }: Core.Methods) =>
  communications.complete({ caller: freshCaller(), communication_identifier: { number: "41" } })

/** A function of a host, whose name must be in the stacks of its errors. */
async function postLetter(methods: Core.Methods) {
  return await orThrow(completeOn(methods))
}
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail("expected an error"),
    (error: unknown) => (error instanceof Error ? error : assert.fail("expected an Error"))
  )

describe("console.error of an error that orThrow throws", () => {
  it("shows its name, message and cause, and the line of the host", async () => {
    const text = inspect(await errorOf(postLetter(methodsTaking(Effect.fail(unavailable)))))
    assert.match(text, /^StorageUnavailable: the storage is unavailable \(test\)\n/)
    assert.match(text, /at (async )?postLetter \(.*Rejections\.test\.ts/)
    assert.include(text, "[cause]: Error: connect ECONNREFUSED")
  })
  it("has, for a defect, JSON with its name and message, and without its cause", async () => {
    const bug = new TypeError("a bug of ours", { cause: refused })
    const error = await errorOf(postLetter(methodsTaking(Effect.die(bug))))
    assert.deepStrictEqual(JSON.parse(JSON.stringify(error)), { name: "TypeError", message: "a bug of ours" })
  })
  it("has, for a defect with a tag, also the tag in its JSON, and never its other data", async () => {
    class Bug extends Data.TaggedError("Bug")<{ readonly message: string; readonly cause: Error }> {}
    const error = await errorOf(postLetter(methodsTaking(Effect.die(new Bug({ message: "a bug", cause: refused })))))
    assert.deepStrictEqual(JSON.parse(JSON.stringify(error)), { _tag: "Bug", name: "Bug", message: "a bug" })
  })
  it("shows, for a defect, where it was thrown and the line of the latest call", async () => {
    const bug = new TypeError("a bug of ours")
    const thrownAt = bug.stack?.split("\n")[1] ?? ""
    const methods = methodsTaking(Effect.die(bug))
    for (let call = 0; call < 2; call++) {
      // Node's `inspect` leaves repeated lines out.
      const { stack = "" } = await errorOf(postLetter(methods))
      assert.match(stack, /^TypeError: a bug of ours\n/)
      assert.include(stack, thrownAt)
      assert.lengthOf(stack.match(/at (async )?postLetter \(.*Rejections\.test\.ts/g) ?? [], 1)
    }
  })
})

describe("orThrow", () => {
  it("throws a refusal that is no Error as it is", async () => {
    const refusal = { _tag: "OutOfPaper" }
    const thrown = await orThrow(Promise.resolve({ ok: false, error: refusal })).catch((error: unknown) => error)
    assert.strictEqual(thrown, refusal)
    assert.deepStrictEqual(refusal, { _tag: "OutOfPaper" })
  })
})

describe("a method rejects with an Error", () => {
  it("if the defect is not one", async () => {
    const { message, cause } = await errorOf(completeOn(methodsTaking(Effect.die("a bug of ours"))))
    assert.deepStrictEqual([message, cause], ["a bug of ours", "a bug of ours"])
  })
})

describe("JSON of an error", () => {
  it("has its tag, message and data, and never its cause", () => {
    const data = { _tag: "StorageUnavailable", operation: "test", reason: "unreachable", sqlState: null }
    assert.deepStrictEqual(JSON.parse(JSON.stringify(unavailable)), { ...data, message: unavailable.message })
  })
  it("has the data of a refusal", () => {
    const error = new NotDraft({
      ...{
        id: Core.CommunicationId.make("F50927C44314BA21B2DAEECFF2E53BB0"),
        number: Core.CommunicationNumber.make("41")
      },
      ...{ life_cycle_state: "COMPLETED", completed_at: "2026-01-31T12:00:00Z", request_id: null },
      completed_by: Core.UserId.make("3DA4F031963FCAD2E299CB23190AF295")
    })
    const { message, ...data } = JSON.parse(JSON.stringify(error))
    assert.strictEqual(message, error.message)
    assert.deepStrictEqual(data, {
      ...{ _tag: "NotDraft", id: "F50927C44314BA21B2DAEECFF2E53BB0", number: "41", life_cycle_state: "COMPLETED" },
      ...{ completed_at: "2026-01-31T12:00:00Z", completed_by: "3DA4F031963FCAD2E299CB23190AF295", request_id: null }
    })
  })
})
