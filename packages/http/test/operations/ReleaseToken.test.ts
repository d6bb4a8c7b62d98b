import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { send, setup } from "../Client.ts"
import { ApiInMemory, assertOk, codeOf, get, post } from "../Operations.ts"
import { refused, SHAPE, TOKEN } from "../Refused.ts"

const release = "authentication/token/release"

layer(ApiInMemory, { excludeTestServices: true })("authentication/token/release", (it) => {
  it.effect("releases a bearer token", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      assertOk(yield* post(release, {}, { authorization: `Bearer ${token}` }), {})
      assert.deepStrictEqual(codeOf(yield* get("communications/list", { token, life_cycle_state: "DRAFT" })), [
        401,
        "INVALID_TOKEN"
      ])
    })
  )
  it.effect("refuses every invalid token", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      for (const body of [{}, { token: null }, { token: "" }, { token: "0".repeat(32) }]) {
        refused(yield* post(release, body), TOKEN)
      }
      refused(yield* post(release, { token }, { authorization: `Bearer ${"0".repeat(32)}` }), TOKEN)
      refused(yield* post(release, { token: 5 }), SHAPE, /^token: /)
      assert.strictEqual((yield* post(release, { token })).status, 200)
    })
  )
  it.effect("accepts only POST", () =>
    Effect.gen(function* () {
      const response = yield* send({ method: "GET", path: "/crmapi/rest/v2/authentication/token/release" })
      refused(response, [405, "METHOD_NOT_ALLOWED"])
      assert.strictEqual(response.headers.allow, "POST")
    })
  )
})
