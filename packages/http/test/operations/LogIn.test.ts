import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../Client.ts"
import { ApiInMemory, account, assertOk, at, call, codeOf, operations, post } from "../Operations.ts"
import { refused, SHAPE } from "../Refused.ts"

const logIn = "authentication/token"

layer(ApiInMemory, { excludeTestServices: true })("authentication/token", (it) => {
  it.effect("returns a token that every operation accepts until it is released", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      for (const more of [{}, { unit: null }, { unit: "Unit 1", newer: { than: "us" } }, { token: 5 }]) {
        const response = yield* post(logIn, { ...credentials, ...more })
        const token = String(at(response.json, "data", "token"))
        assert.match(token, /^[0-9A-F]{32}$/)
        assertOk(response, { token })
        const named = { communication: { number: "41" }, contact: freshId() }
        const responses = (token: string) =>
          Effect.forEach(operations, (operation) => call(operation, { ...operation.parameters(named), token }))
        for (const { status } of yield* responses(token)) assert.notStrictEqual(status, 401)
        assertOk(yield* post("authentication/token/release", { token }), {})
        for (const response of [...(yield* responses(token)), yield* post("authentication/token/release", { token })]) {
          assert.deepStrictEqual(codeOf(response), [401, "INVALID_TOKEN"])
        }
      }
    })
  )
  it.effect("names the parameter that is missing or wrong, and never repeats its value", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      const right: Record<string, unknown> = { ...credentials }
      for (const name of ["username", "password", "organisation"]) {
        for (const wrong of [undefined, null, 5, { secret: "5EC4E7" }, ["5EC4E7"]]) {
          const response = yield* post(logIn, { ...right, [name]: wrong })
          refused(response, SHAPE, new RegExp(`^${name}(:| is) `))
          assert.notInclude(response.text, "5EC4E7")
        }
      }
      refused(yield* post(logIn, { ...right, unit: 5 }), SHAPE, /^unit: /)
    })
  )
  it.effect("returns the same response for a wrong user, password or organisation", () =>
    Effect.gen(function* () {
      const [{ credentials }, other] = [yield* account, yield* account]
      const responses = yield* Effect.forEach(
        [
          { ...credentials, password: "wrong" },
          { ...credentials, username: "nobody" },
          { ...credentials, organisation: "nowhere" },
          { ...credentials, organisation: other.credentials.organisation },
          { username: "", password: "", organisation: "" },
          { ...credentials, username: "\u0000" }
        ],
        (wrong) => post(logIn, wrong)
      )
      for (const response of responses) {
        refused(response, [401, "INVALID_CREDENTIALS"])
        assert.strictEqual(response.text, responses[0]?.text)
      }
    })
  )
  it.effect("returns 429 and Retry-After after five failed log-ins from one address", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      const wrong = post(logIn, { ...credentials, password: "wrong" })
      for (let time = 0; time < 5; time++) refused(yield* wrong, [401, "INVALID_CREDENTIALS"])
      for (const response of [yield* wrong, yield* post(logIn, credentials)]) {
        refused(response, [429, "TOO_MANY_ATTEMPTS"], /\d+ s/)
        assert.match(String(response.headers["retry-after"]), /^\d+$/)
        assert.isTrue(Number(response.headers["retry-after"]) >= 1 && Number(response.headers["retry-after"]) <= 30)
      }
    })
  )
  it.effect("accepts only POST", () =>
    Effect.gen(function* () {
      const response = yield* send({ method: "GET", path: "/crmapi/rest/v2/authentication/token" })
      refused(response, [405, "METHOD_NOT_ALLOWED"])
      assert.strictEqual(response.headers.allow, "POST")
    })
  )
})
