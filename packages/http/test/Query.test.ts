import { operations } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { makeQueryReader } from "../src/Query.ts"

describe("the query reader", () => {
  for (const { name, request } of operations) {
    it(`of ${name} lets no parameter change the prototype of the request`, () => {
      for (const query of ["__proto__=x&__proto__=y", "__proto__=x", "constructor=x&prototype=y"]) {
        const read = Result.getOrThrow(makeQueryReader(request)(query))
        assert.strictEqual(Object.getPrototypeOf(read), Object.prototype)
        assert.sameMembers(
          Object.keys(read),
          [...new URLSearchParams(query).keys()].filter((key, at, all) => all.indexOf(key) === at)
        )
      }
    })
  }
})
