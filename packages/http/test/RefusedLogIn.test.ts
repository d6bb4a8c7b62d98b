import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, send } from "./Client.ts"
import { ApiInMemory, account, tell } from "./Methods.ts"
import { refused, SHAPE, TOKEN } from "./Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("logging in over HTTP", (it) => {
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
  for (const path of ["authentication/token", "authentication/token/release"]) {
    it.effect(`${path} is POST only`, () =>
      Effect.gen(function* () {
        const answer = yield* send({ method: "GET", path: `/crmapi/rest/v2/${path}` })
        refused(answer, [405, "METHOD_NOT_ALLOWED"])
        assert.strictEqual(answer.headers.allow, "POST")
      })
    )
  }
})
