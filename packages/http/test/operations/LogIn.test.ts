import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../Client.ts"
import { ApiInMemory, account, assertOk, at, call, codeOf, methods, tell } from "../Methods.ts"
import { refused, SHAPE } from "../Refused.ts"

const hex32 = /^[0-9A-F]{32}$/

layer(ApiInMemory, { excludeTestServices: true })("POST authentication/token", (it) => {
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
  it.effect("every parameter that is missing or wrong, by its name, and never by its value", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      const right: Record<string, unknown> = { ...credentials }
      for (const name of ["username", "password", "organisation"]) {
        for (const wrong of [undefined, null, 5, { secret: "5EC4E7" }, ["5EC4E7"]]) {
          const answer = yield* tell("authentication/token", { ...right, [name]: wrong })
          refused(answer, SHAPE, new RegExp(`^${name}: `))
          assert.notInclude(answer.text, "5EC4E7")
        }
      }
      refused(yield* tell("authentication/token", { ...right, unit: 5 }), SHAPE, /^unit: /)
    })
  )
  it.effect("whatever is wrong, user, password or organisation, the answer is one and the same", () =>
    Effect.gen(function* () {
      const [{ credentials }, other] = [yield* account, yield* account]
      const answers = yield* Effect.forEach(
        [
          { ...credentials, password: "wrong" },
          { ...credentials, username: "nobody" },
          { ...credentials, organisation: "nowhere" },
          { ...credentials, organisation: other.credentials.organisation },
          { username: "", password: "", organisation: "" },
          { ...credentials, username: "\u0000" }
        ],
        (wrong) => tell("authentication/token", wrong)
      )
      for (const answer of answers) {
        refused(answer, [401, "INVALID_CREDENTIALS"])
        assert.strictEqual(answer.text, answers[0]?.text)
      }
    })
  )
  it.effect("after five failures from an address: 429, and the seconds after which to try again", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      const wrong = tell("authentication/token", { ...credentials, password: "wrong" })
      for (let time = 0; time < 5; time++) refused(yield* wrong, [401, "INVALID_CREDENTIALS"])
      for (const answer of [yield* wrong, yield* tell("authentication/token", credentials)]) {
        refused(answer, [429, "TOO_MANY_ATTEMPTS"], /\d+ s/)
        assert.match(String(answer.headers["retry-after"]), /^\d+$/)
        assert.isTrue(Number(answer.headers["retry-after"]) >= 1 && Number(answer.headers["retry-after"]) <= 30)
      }
    })
  )
  it.effect("is POST only", () =>
    Effect.gen(function* () {
      const answer = yield* send({ method: "GET", path: "/crmapi/rest/v2/authentication/token" })
      refused(answer, [405, "METHOD_NOT_ALLOWED"])
      assert.strictEqual(answer.headers.allow, "POST")
    })
  )
})
