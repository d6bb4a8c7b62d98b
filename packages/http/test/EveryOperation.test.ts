import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "./Client.ts"
import { ApiInMemory, call, codeOf, get, operations } from "./Operations.ts"

layer(ApiInMemory, { excludeTestServices: true })("every operation over HTTP", (it) => {
  for (const operation of operations) {
    it.effect(`${operation.path}: accepts a bearer token and ignores unknown parameters`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* setup
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const parameters = { ...operation.parameters(named), newer: "than us" }
        const headers = { authorization: `Bearer ${token}` }
        assert.deepStrictEqual(codeOf(yield* call(operation, parameters, headers)), [200, "OK"])
        const both = yield* call(operation, { ...parameters, token }, headers)
        assert.deepStrictEqual(codeOf(both), operation.path.endsWith("complete") ? [409, "NOT_DRAFT"] : [200, "OK"])
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
})
