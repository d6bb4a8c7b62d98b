import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, send } from "../Client.ts"
import { ApiInMemory, ask, assertOk, codeOf, tell } from "../Methods.ts"
import { refused, SHAPE, TOKEN } from "../Refused.ts"

const list = "communications/list"

layer(ApiInMemory, { excludeTestServices: true })("POST authentication/token/release", (it) => {
  it.effect("a token that comes as a bearer is released", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      assertOk(yield* tell("authentication/token/release", {}, { authorization: `Bearer ${token}` }), {})
      assert.deepStrictEqual(codeOf(yield* ask(list, { token, life_cycle_state: "DRAFT" })), [401, "INVALID_TOKEN"])
    })
  )
  it.effect("releasing refuses whatever is wrong with a token", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const release = "authentication/token/release"
      for (const body of [{}, { token: null }, { token: "" }, { token: "0".repeat(32) }]) {
        refused(yield* tell(release, body), TOKEN)
      }
      refused(yield* tell(release, { token }, { authorization: `Bearer ${"0".repeat(32)}` }), TOKEN)
      refused(yield* tell(release, { token: 5 }), SHAPE, /^token: /)
      assert.strictEqual((yield* tell(release, { token })).status, 200)
    })
  )
  it.effect("is POST only", () =>
    Effect.gen(function* () {
      const answer = yield* send({ method: "GET", path: "/crmapi/rest/v2/authentication/token/release" })
      refused(answer, [405, "METHOD_NOT_ALLOWED"])
      assert.strictEqual(answer.headers.allow, "POST")
    })
  )
})
