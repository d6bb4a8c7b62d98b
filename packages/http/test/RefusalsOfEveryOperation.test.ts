import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, send } from "./Client.ts"
import { ApiInMemory, call, type Method, methods } from "./Methods.ts"
import { AMBIGUOUS, COMMUNICATION, CONTACT, refused, SHAPE, TOKEN } from "./Refused.ts"

/** What a method is given the identifier of, if anything. */
const identifierOf = ({ parameters }: Method) =>
  Object.keys(parameters({ communication: {}, contact: "" })).find((name) => name.endsWith("_identifier"))

/** Parameters that are wrong whatever there is, and what is said of them. */
const wrongShapes = (method: Method): ReadonlyArray<readonly [Record<string, unknown>, RegExp]> => {
  const identifier = identifierOf(method)
  const fields = [
    [{ fields_set: "nope" }, /^fields_set: .*"nope"/],
    [{ fields_set: "id,nope,.,id." }, /^fields_set: .*"nope", "\.", "id\."/]
  ] as const
  if (identifier === undefined) return fields
  const about = new RegExp(`^${identifier}`)
  return [
    ...fields,
    [{ [identifier]: { id: freshId(), nope: "x" } }, about],
    [{ [identifier]: "41" }, about],
    [{ [identifier]: undefined }, about]
  ]
}

layer(ApiInMemory, { excludeTestServices: true })("refusals of every operation over HTTP", (it) => {
  for (const method of methods) {
    const identifier = identifierOf(method)
    const parametersOf = ({ draft }: Effect.Success<typeof given>) =>
      method.parameters({ communication: { id: draft.id }, contact: draft.contact_information.id })

    it.effect(`${method.path}: whatever is wrong with a token, the answer is one and the same`, () =>
      Effect.gen(function* () {
        const [here, other] = [yield* given, yield* given]
        const [parameters, { token }] = [parametersOf(here), here]
        const answers = [
          yield* call(method, parameters),
          yield* call(method, { ...parameters, token: "" }),
          yield* call(method, { ...parameters, token: "x" }),
          yield* call(method, { ...parameters, token: token.toLowerCase() }),
          yield* call(method, { ...parameters, token: "0".repeat(32) }),
          yield* call(method, { ...parameters, token }, { authorization: `Bearer ${other.token}` }),
          yield* call(method, { ...parameters, token: "" }, { authorization: `Bearer ${token}` }),
          yield* call(method, parameters, { authorization: `Basic ${token}` }),
          yield* call(method, parameters, { authorization: `Bearer ${token} ${token}` })
        ]
        for (const answer of answers) {
          refused(answer, TOKEN)
          assert.strictEqual(answer.text, answers[0]?.text)
        }
      })
    )

    it.effect(`${method.path}: shape before token before what there is not`, () =>
      Effect.gen(function* () {
        const here = yield* given
        const [parameters, { token }] = [parametersOf(here), here]
        const missing = identifier === undefined ? parameters : { ...parameters, [identifier]: { id: freshId() } }
        for (const [changed, about] of wrongShapes(method)) {
          for (const wrong of [token, "0".repeat(32), undefined]) {
            refused(yield* call(method, { ...missing, ...changed, token: wrong }), SHAPE, about)
          }
        }
        refused(yield* call(method, { ...missing, token: "0".repeat(32) }), TOKEN)
        if (identifier === undefined) return
        const expected = identifier === "communication_identifier" ? COMMUNICATION : CONTACT
        for (const id of [freshId(), "41", "252f3a1a-87c2-6866-a1e1-a1b18d6043e", "π"]) {
          const answer = yield* call(method, { ...parameters, [identifier]: { id }, token })
          refused(answer, expected, new RegExp(`"${id}"`))
        }
        const uuid = yield* call(method, {
          ...parameters,
          [identifier]: { id: "252f3a1a-87c2-6866-a1e1-a1b18d6043ea" },
          token
        })
        refused(uuid, expected, /"252F3A1A87C26866A1E1A1B18D6043EA"/)
      })
    )

    if (identifier === "communication_identifier") {
      it.effect(`${method.path}: token before identifier before existence`, () =>
        Effect.gen(function* () {
          const { token, draft } = yield* given
          for (const wrong of [{}, { id: draft.id, number: "41" }, { id: "nope", number: "nope" }]) {
            const isNothing = Object.keys(wrong).length === 0
            const request = { communication_identifier: isNothing && method.verb === "GET" ? "" : wrong }
            refused(yield* call(method, { ...request, token }), AMBIGUOUS, /neither|both/)
            refused(yield* call(method, { ...request, token: "0".repeat(32) }), TOKEN)
          }
          refused(yield* call(method, { communication_identifier: { number: "42" }, token }), COMMUNICATION, /"42"/)
        })
      )
    }

    it.effect(`${method.path}: any other verb is refused, and told which ones are not`, () =>
      Effect.gen(function* () {
        const [allow, others] =
          method.verb === "POST"
            ? ["POST", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]]
            : ["GET, HEAD", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]]
        for (const verb of others) {
          const answer = yield* send({ method: verb, path: `/crmapi/rest/v2/${method.path}` })
          if (verb === "HEAD") assert.strictEqual(answer.status, 405)
          else refused(answer, [405, "METHOD_NOT_ALLOWED"], new RegExp(allow))
          assert.strictEqual(answer.headers.allow, allow)
        }
      })
    )

    if (method.verb === "POST") {
      it.effect(`${method.path}: what is no JSON object, too large, or of another type`, () =>
        Effect.gen(function* () {
          const path = `/crmapi/rest/v2/${method.path}`
          for (const body of ["", "{", "[]", "null", "41", '"x"']) refused(yield* send({ path, body }), SHAPE)
          refused(yield* send({ path, body: " ".repeat(16_385) }), [413, "PAYLOAD_TOO_LARGE"])
          const headers = { "content-type": "text/plain" }
          refused(yield* send({ path, headers, body: "{}" }), [415, "UNSUPPORTED_MEDIA_TYPE"])
        })
      )
    }
  }
})
