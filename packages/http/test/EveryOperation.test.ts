import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "./Client.ts"
import { ApiInMemory, call, codeOf, get, operations, post } from "./Operations.ts"
import { refused, SHAPE, secret, TOKEN } from "./Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("every operation over HTTP", (it) => {
  for (const operation of operations) {
    it.effect(`${operation.path}: accepts a bearer token`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* setup
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const parameters = { ...operation.parameters(named), fields_set: "id" }
        const headers = { authorization: `Bearer ${token}` }
        const response = yield* call(operation, parameters, headers)
        assert.deepStrictEqual(codeOf(response), [200, "OK"])
        assert.notProperty(response.headers, "x-ignored-parameters")
        const both = yield* call(operation, { ...parameters, token }, headers)
        assert.deepStrictEqual(codeOf(both), operation.path.endsWith("complete") ? [409, "NOT_DRAFT"] : [200, "OK"])
      })
    )
    const refuses = operation.path.endsWith("/list")
    it.effect(`${operation.path}: ${refuses ? "refuses" : "ignores and names"} unknown parameters`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* setup
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const response = yield* call(operation, { ...operation.parameters(named), token, newer: secret, "e mail": "x" })
        assert.notInclude(JSON.stringify(response), secret)
        if (refuses) return void refused(response, SHAPE, /^newer: no parameter has this name$/)
        assert.deepStrictEqual(codeOf(response), [200, "OK"])
        assert.strictEqual(response.headers["x-ignored-parameters"], "newer, e_mail")
        const invalid = yield* call(operation, { ...operation.parameters(named), newer: 1 })
        assert.deepStrictEqual([...codeOf(invalid), invalid.headers["x-ignored-parameters"]], [...TOKEN, "newer"])
        const malformed = yield* call(operation, {
          ...operation.parameters(named),
          token,
          newer: 1,
          fields_set: "nope"
        })
        assert.deepStrictEqual([...codeOf(malformed), malformed.headers["x-ignored-parameters"]], [...SHAPE, "newer"])
      })
    )
    it.effect(`${operation.path}: names the headers of other operations, which it ignores`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* setup
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const sent = { "if-match": '"1"', "idempotency-key": freshId() }
        const response = yield* call(operation, { ...operation.parameters(named), token }, sent)
        assert.deepStrictEqual(codeOf(response), [200, "OK"])
        const ignored = [
          ...(/create|complete/.test(operation.path) ? [] : ["Idempotency-Key"]),
          ...(operation.path.endsWith("complete") ? [] : ["If-Match"])
        ]
        const header = response.headers["x-ignored-parameters"]
        assert.strictEqual(header, ignored.length === 0 ? undefined : ignored.join(", "))
      })
    )
    if (operation.verb === "GET") {
      it.effect(`${operation.path}: HEAD is GET without a body`, () =>
        Effect.gen(function* () {
          const { token, draft } = yield* setup
          const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
          const [name, identifier] = Object.entries(operation.parameters(named))[0] ?? assert.fail("no parameters")
          for (const query of [{ token, [name]: `id=${Object.values(identifier ?? {})[0]}` }, { token }, {}]) {
            const [head, got] = [yield* get(operation.path, query, {}, "HEAD"), yield* get(operation.path, query)]
            assert.deepStrictEqual([head.status, head.text], [got.status, ""])
            assert.strictEqual(head.headers["content-type"], got.headers["content-type"])
          }
        })
      )
    }
  }
  it.effect(
    "X-Ignored-Parameters has the names below members, those in the query of a POST, and a bounded length",
    () =>
      Effect.gen(function* () {
        const { token } = yield* setup
        const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
        const create = (more: object, query = "") =>
          post(`contact_information/create${query}`, { token, ...ada, ...more })
        const ignored = (response: Effect.Success<ReturnType<typeof create>>) => {
          assert.strictEqual(response.status, 200, response.text)
          return response.headers["x-ignored-parameters"]
        }
        const demographics = { gender: null, gendre: secret, date_of_birth: { day: 1, hour: 2 } }
        const nested = yield* create({ demographics, email: secret }, "?token=x&bogus=1")
        assert.strictEqual(ignored(nested), "demographics.gendre, demographics.date_of_birth.hour, email, token, bogus")
        const strange = yield* create({ "a\r\nset-cookie: b": 1, "": 2, "é😀": 3 })
        assert.strictEqual(ignored(strange), "a__set-cookie__b, _, ___")
        const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}${"x".repeat(100)}`, 1]))
        assert.isBelow(String(ignored(yield* create(many))).length, 1_400)
      })
  )
  it.effect("two different tokens are invalid, also if one of them is empty, wherever a token can be sent", () =>
    Effect.gen(function* () {
      for (const operation of operations) {
        const { token, draft } = yield* setup
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const parameters = operation.parameters(named)
        for (const other of ["Bearer", "bearer", `Bearer ${token.toLowerCase()}`, `Bearer\t${"0".repeat(32)}`]) {
          refused(yield* call(operation, { ...parameters, token }, { authorization: other }), TOKEN)
        }
        refused(yield* call(operation, { ...parameters, token: "" }, { authorization: `Bearer ${token}` }), TOKEN)
        const alike = yield* call(operation, { ...parameters, token }, { authorization: `Bearer ${token}` })
        assert.strictEqual(alike.status, 200)
        const other = yield* call(operation, parameters, { authorization: `Basic ${token}` })
        refused(other, TOKEN)
      }
      const { token } = yield* setup
      const release = (authorization: string) => post("authentication/token/release", { token }, { authorization })
      for (const other of ["Bearer", `Bearer ${"0".repeat(32)}`]) refused(yield* release(other), TOKEN)
      assert.strictEqual((yield* release(`Bearer ${token}`)).status, 200)
    })
  )
})
