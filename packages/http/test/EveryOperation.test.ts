import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, ask, call, codeOf, methods } from "./Methods.ts"

layer(ApiInMemory, { excludeTestServices: true })("every operation over HTTP", (it) => {
  for (const method of methods) {
    it.effect(`${method.path}: the token may come as a bearer, and unknown parameters are ignored`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* given
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const parameters = { ...method.parameters(named), newer: "than us" }
        const headers = { authorization: `Bearer ${token}` }
        assert.deepStrictEqual(codeOf(yield* call(method, parameters, headers)), [200, "OK"])
        const both = yield* call(method, { ...parameters, token }, headers)
        assert.deepStrictEqual(codeOf(both), method.path.endsWith("complete") ? [409, "NOT_DRAFT"] : [200, "OK"])
      })
    )
    if (method.verb === "GET") {
      it.effect(`${method.path}: HEAD is GET without a body`, () =>
        Effect.gen(function* () {
          const { token, draft } = yield* given
          const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
          const [name, identifier] = Object.entries(method.parameters(named))[0] ?? assert.fail("no parameters")
          for (const query of [{ token, [name]: `id=${Object.values(identifier ?? {})[0]}` }, { token }, {}]) {
            const [head, get] = [yield* ask(method.path, query, {}, "HEAD"), yield* ask(method.path, query)]
            assert.deepStrictEqual([head.status, head.text], [get.status, ""])
            assert.strictEqual(head.headers["content-type"], get.headers["content-type"])
          }
        })
      )
    }
  }
})
