import { operations } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { nameAt, pathOf, verbOf } from "../src/Paths.ts"

describe("paths", () => {
  it("have the names of operations below /crmapi/rest/v2, and their own names elsewhere", () => {
    for (const { name } of operations) assert.strictEqual(nameAt(pathOf(name)), name)
    assert.strictEqual(nameAt("/health/live"), "health/live")
    assert.strictEqual(nameAt("/"), "")
  })
  it("are for GET only if the operation is called show or list", () => {
    assert.deepStrictEqual(["a/show", "a/list", "a/listen", "list/a", "a/unlist"].map(verbOf), [
      ...["GET", "GET", "POST", "POST", "POST"]
    ])
  })
})
