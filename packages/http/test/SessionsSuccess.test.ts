import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, account, ask, assertOk, at, call, codeOf, methods, tell } from "./Methods.ts"

const list = "communications/list"
const hex32 = /^[0-9A-F]{32}$/

layer(ApiInMemory, { excludeTestServices: true })("sessions over HTTP", (it) => {
  it.effect("a token is given to who knows the password, and released at once, everywhere", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      for (const more of [{}, { unit: null }, { unit: "Unit 1", newer: { than: "us" } }]) {
        const answer = yield* tell("authentication/token", { ...credentials, ...more })
        const token = String(at(answer.json, "data", "token"))
        assert.match(token, hex32)
        assertOk(answer, { token })
        const named = { communication: { number: "41" }, contact: freshId() }
        const answers = (token: string) =>
          Effect.forEach(methods, (method) => call(method, { ...method.parameters(named), token }))
        for (const { status } of yield* answers(token)) assert.notStrictEqual(status, 401)
        assertOk(yield* tell("authentication/token/release", { token }), {})
        for (const answer of [...(yield* answers(token)), yield* tell("authentication/token/release", { token })]) {
          assert.deepStrictEqual(codeOf(answer), [401, "INVALID_TOKEN"])
        }
      }
    })
  )
  it.effect("a token that comes as a bearer is released", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      assertOk(yield* tell("authentication/token/release", {}, { authorization: `Bearer ${token}` }), {})
      assert.deepStrictEqual(codeOf(yield* ask(list, { token, life_cycle_state: "DRAFT" })), [401, "INVALID_TOKEN"])
    })
  )
})
