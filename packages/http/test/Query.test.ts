import { operations } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
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

  const read = (query: string) => makeQueryReader(Parameters)(query)
  const Parameters = Schema.Struct({
    text: Schema.optionalKey(Schema.String),
    count: Schema.optionalKey(Schema.Number),
    named: Schema.optionalKey(
      Schema.Struct({ id: Schema.optionalKey(Schema.String), number: Schema.optionalKey(Schema.String) })
    ),
    contact: Schema.optionalKey(Schema.Struct({ id: Schema.String }))
  })
  for (const [query, expected] of [
    ["", {}],
    ["text=1&other=2", { text: "1", other: "2" }],
    ["text=1&text=2", { text: ["1", "2"] }],
    ["count=12", { count: 12 }],
    ["named=id%3D1", { named: { id: "1" } }],
    ["named=id=1&named=number=a=b", { named: { id: "1", number: "a=b" } }],
    ["named=", { named: {} }],
    ["contact=id=1", { contact: { id: "1" } }]
  ] as const) {
    it(`reads ${JSON.stringify(query)}`, () => assert.deepStrictEqual(Result.getOrThrow(read(query)), { ...expected }))
  }
  for (const [query, description] of [
    ["count=x", "count: expected a single whole number, in digits only"],
    ["count=", "count: expected a single whole number, in digits only"],
    ["count=1&count=2", "count: expected a single whole number, in digits only"],
    ["named=1", "named: expected id=… or number=…"],
    ["named=name=1", "named: expected id=… or number=…"],
    ["named=id=1&named=id=1", "named: expected id=… or number=…"],
    ["contact=", "contact: expected id=…"],
    ["contact=number=1", "contact: expected id=…"]
  ] as const) {
    it(`refuses ${JSON.stringify(query)}`, () => {
      const result = read(query)
      assert.strictEqual(Result.isFailure(result) && result.failure.status.description, description)
    })
  }
})
