import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { send, setup } from "./Client.ts"
import { ApiInMemory, call, type Operation, operations } from "./Operations.ts"
import { AMBIGUOUS, COMMUNICATION, CONTACT, refused, SHAPE, TOKEN } from "./Refused.ts"

/** The name of the identifier parameter of an operation, if it has one. */
const identifierOf = ({ parameters }: Operation) =>
  Object.keys(parameters({ communication: {}, contact: "" })).find((name) => name.endsWith("_identifier"))

/** Parameters of a wrong shape, each with the expected description of its refusal. */
const wrongShapes = (operation: Operation): ReadonlyArray<readonly [Record<string, unknown>, RegExp]> => {
  const identifier = identifierOf(operation)
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

layer(ApiInMemory, { excludeTestServices: true })("refusals of every operation", (it) => {
  for (const operation of operations) {
    const identifier = identifierOf(operation)
    const parametersOf = ({ draft }: Effect.Success<typeof setup>) =>
      operation.parameters({ communication: { id: draft.id }, contact: draft.contact_information.id })

    it.effect(`${operation.path}: every invalid token gets the same response`, () =>
      Effect.gen(function* () {
        const [here, other] = [yield* setup, yield* setup]
        const [parameters, { token }] = [parametersOf(here), here]
        const responses = [
          yield* call(operation, parameters),
          yield* call(operation, { ...parameters, token: "" }),
          yield* call(operation, { ...parameters, token: "x" }),
          yield* call(operation, { ...parameters, token: token.toLowerCase() }),
          yield* call(operation, { ...parameters, token: "0".repeat(32) }),
          yield* call(operation, { ...parameters, token }, { authorization: `Bearer ${other.token}` }),
          yield* call(operation, { ...parameters, token: "" }, { authorization: `Bearer ${token}` }),
          yield* call(operation, parameters, { authorization: `Basic ${token}` }),
          yield* call(operation, parameters, { authorization: `Bearer ${token} ${token}` })
        ]
        for (const response of responses) {
          refused(response, TOKEN)
          assert.strictEqual(response.text, responses[0]?.text)
        }
      })
    )

    it.effect(`${operation.path}: checks the shape, then the token, then existence`, () =>
      Effect.gen(function* () {
        const here = yield* setup
        const [parameters, { token }] = [parametersOf(here), here]
        const missing = identifier === undefined ? parameters : { ...parameters, [identifier]: { id: freshId() } }
        for (const [changed, about] of wrongShapes(operation)) {
          for (const wrong of [token, "0".repeat(32), undefined]) {
            refused(yield* call(operation, { ...missing, ...changed, token: wrong }), SHAPE, about)
          }
        }
        refused(yield* call(operation, { ...missing, token: "0".repeat(32) }), TOKEN)
        if (identifier === undefined) return
        const expected = identifier === "communication_identifier" ? COMMUNICATION : CONTACT
        for (const id of [freshId(), "41", "252f3a1a-87c2-6866-a1e1-a1b18d6043e", "π"]) {
          const response = yield* call(operation, { ...parameters, [identifier]: { id }, token })
          refused(response, expected, new RegExp(`"${id}"`))
        }
        const uuid = yield* call(operation, {
          ...parameters,
          [identifier]: { id: "252f3a1a-87c2-6866-a1e1-a1b18d6043ea" },
          token
        })
        refused(uuid, expected, /"252F3A1A87C26866A1E1A1B18D6043EA"/)
      })
    )

    if (identifier === "communication_identifier") {
      it.effect(`${operation.path}: checks the token, then the identifier, then existence`, () =>
        Effect.gen(function* () {
          const { token, draft } = yield* setup
          for (const wrong of [{}, { id: draft.id, number: "41" }, { id: "nope", number: "nope" }]) {
            const isNothing = Object.keys(wrong).length === 0
            const request = { communication_identifier: isNothing && operation.verb === "GET" ? "" : wrong }
            refused(yield* call(operation, { ...request, token }), AMBIGUOUS, /neither|both/)
            refused(yield* call(operation, { ...request, token: "0".repeat(32) }), TOKEN)
          }
          refused(yield* call(operation, { communication_identifier: { number: "42" }, token }), COMMUNICATION, /"42"/)
        })
      )
    }

    it.effect(`${operation.path}: refuses any other verb, and \`Allow\` lists the allowed ones`, () =>
      Effect.gen(function* () {
        const [allow, others] =
          operation.verb === "POST"
            ? ["POST", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]]
            : ["GET, HEAD", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]]
        for (const verb of others) {
          const response = yield* send({ method: verb, path: `/crmapi/rest/v2/${operation.path}` })
          if (verb === "HEAD") assert.strictEqual(response.status, 405)
          else refused(response, [405, "METHOD_NOT_ALLOWED"], new RegExp(allow))
          assert.strictEqual(response.headers.allow, allow)
        }
      })
    )

    if (operation.verb === "POST") {
      it.effect(
        `${operation.path}: refuses a body that is too large, not a JSON object, or of another media type`,
        () =>
          Effect.gen(function* () {
            const path = `/crmapi/rest/v2/${operation.path}`
            for (const body of ["", "{", "[]", "null", "41", '"x"']) refused(yield* send({ path, body }), SHAPE)
            const limit = operation.path === "communications/create" ? 1_048_576 : 16_384
            refused(yield* send({ path, body: " ".repeat(limit) }), SHAPE)
            refused(yield* send({ path, body: " ".repeat(limit + 1) }), [413, "PAYLOAD_TOO_LARGE"])
            const headers = { "content-type": "text/plain" }
            refused(yield* send({ path, headers, body: "{}" }), [415, "UNSUPPORTED_MEDIA_TYPE"])
          })
      )
    }
  }
})
