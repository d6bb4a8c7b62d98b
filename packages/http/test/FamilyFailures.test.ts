import { aDraft, freshId, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Api, given, Memory, type Received, send } from "./Client.ts"
import { account, ask, at, call, codeOf, type Method, methods, tell } from "./Methods.ts"

const SHAPE = [400, "INVALID_PARAMETERS"] as const
const TOKEN = [401, "INVALID_TOKEN"] as const
const AMBIGUOUS = [400, "AMBIGUOUS_IDENTIFIER"] as const
const COMMUNICATION = [404, "COMMUNICATION_NOT_FOUND"] as const
const CONTACT = [404, "CONTACT_INFORMATION_NOT_FOUND"] as const
type Expected = readonly [status: number, code: string]

/** Fails the test unless that was refused, with the envelope, and a description that says what was wrong. */
const refused = (answer: Received, expected: Expected, about = /./) => {
  const { json, text, headers } = answer
  assert.deepStrictEqual(codeOf(answer), [...expected], text)
  assert.deepStrictEqual(Object.keys(Object(json)), ["status", "data"])
  assert.deepStrictEqual(Object.keys(Object(at(json, "status"))), ["code", "message", "description"])
  assert.isNull(at(json, "data"))
  assert.match(String(at(json, "status", "message")), /^[A-Z].*\.$/)
  assert.match(String(at(json, "status", "description")), about)
  assert.strictEqual(headers["content-type"], "application/json")
  assert.strictEqual(headers["www-authenticate"], expected === TOKEN ? 'Bearer error="invalid_token"' : undefined)
}

const ApiInMemory = Layer.provideMerge(Api, Memory)

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

layer(ApiInMemory, { excludeTestServices: true })("refusing over HTTP, every method", (it) => {
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
        for (const id of [freshId(), "41", "252f3a1a-87c2-6866-a1e1-a1b18d6043ea", "π"]) {
          const answer = yield* call(method, { ...parameters, [identifier]: { id }, token })
          refused(answer, expected, new RegExp(`"${id}"`))
        }
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

layer(ApiInMemory, { excludeTestServices: true })("refusing over HTTP, each method for itself", (it) => {
  const list = "communications/list"
  it.effect("list: what no list can be given for, before the token", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const drafts = { life_cycle_state: "DRAFT" }
      for (const given of [token, undefined]) {
        for (const [query, about] of [
          [{}, /^contact_information_identifier: .*at least one of contact_information_identifier, life_cycle_state/],
          [{ direction: "INCOMING", media: "SMS" }, /^contact_information_identifier: /],
          [{ ...drafts, number_of_results: 0 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: 101 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: "abc" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "1e1" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: " 1" }, /^number_of_results: /],
          [{ ...drafts, offset: -1 }, /^offset: /],
          [{ ...drafts, offset: "1.5" }, /^offset: /],
          [{ ...drafts, offset: "9".repeat(16) }, /^offset: /],
          [{ life_cycle_state: "draft" }, /^life_cycle_state: /],
          [{ life_cycle_state: "" }, /^life_cycle_state: /],
          [{ ...drafts, direction: "SIDEWAYS" }, /^direction: /],
          [{ ...drafts, media: "PIGEON" }, /^media: /],
          [{ ...drafts, contact_information_identifier: "number=41" }, /^contact_information_identifier: /],
          [{ ...drafts, contact_information_identifier: "" }, /^contact_information_identifier: /]
        ] as const) {
          refused(yield* ask(list, { ...query, token: given }), SHAPE, about)
        }
      }
    })
  )
  it.effect("list: what is named twice", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      for (const [name, value] of [
        ["life_cycle_state", "DRAFT"],
        ["number_of_results", "1"],
        ["offset", "1"],
        ["media", "SMS"],
        ["after", freshId()],
        ["contact_information_identifier", `id=${freshId()}`],
        ["token", token]
      ] as const) {
        const twice = `${name}=${value}&${name}=${value}`
        refused(yield* ask(list, `token=${token}&life_cycle_state=DRAFT&${twice}`), SHAPE, new RegExp(`^${name}`))
      }
    })
  )
  it.effect("list: the contact before what the list is behind, both after the token", () =>
    Effect.gen(function* () {
      const [{ token, draft }, theirs] = [yield* given, yield* given]
      const contact = `id=${draft.contact_information.id}`
      const drafts = { life_cycle_state: "DRAFT" }
      for (const after of [freshId(), theirs.draft.id, "41", ""]) {
        refused(yield* ask(list, { ...drafts, after }), TOKEN)
        refused(yield* ask(list, { ...drafts, token, after }), COMMUNICATION)
        refused(yield* ask(list, { token, contact_information_identifier: contact, after }), COMMUNICATION)
      }
      for (const id of [freshId(), theirs.draft.contact_information.id, "41", ""]) {
        const contact_information_identifier = `id=${id}`
        refused(yield* ask(list, { contact_information_identifier, after: freshId() }), TOKEN)
        refused(yield* ask(list, { token, contact_information_identifier, after: freshId() }), CONTACT)
      }
    })
  )
  it.effect("show: an identifier in a query is key=value, each key once", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      for (const wrong of ["41", "=41", "Number=41", "numbers=41", "nope=1&communication_identifier=id=2"]) {
        const query = `token=${token}&communication_identifier=${wrong}`
        refused(yield* ask("communications/show", query), SHAPE, /^communication_identifier: /)
      }
      const twice = `communication_identifier=number=41&communication_identifier=number=41`
      refused(yield* ask("communications/show", `token=${token}&${twice}`), SHAPE, /^communication_identifier: /)
      const both = `communication_identifier=number=41&communication_identifier=id=${draft.id}`
      refused(yield* ask("communications/show", `token=${token}&${both}`), AMBIGUOUS, /both/)
      refused(yield* ask("communications/show", { token, communication_identifier: "number=" }), COMMUNICATION)
    })
  )
  it.effect("show: a token in the query and another one in the header", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* given, yield* given]
      const query = { token: one.token, communication_identifier: "number=41" }
      const show = (token: string) => ask("communications/show", query, { authorization: `Bearer ${token}` })
      refused(yield* show(other.token), TOKEN)
      assert.strictEqual((yield* show(one.token)).status, 200)
    })
  )
  it.effect("complete: what is no draft any more, after everything else", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* given
      yield* store(caller.organisation, aDraft("7"))
      const body = { communication_identifier: { number: "7" }, token }
      assert.strictEqual((yield* tell("communications/complete", body)).status, 200)
      refused(yield* tell("communications/complete", body), [409, "NOT_DRAFT"], /7 is COMPLETED/)
      refused(yield* tell("communications/complete", { ...body, fields_set: "media" }), SHAPE, /^fields_set: /)
    })
  )
  it.effect("create: every parameter that is missing or wrong, by its name", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { id } = draft.contact_information
      const right = { token, contact_information_identifier: { id }, direction: "INCOMING", media: "SMS" }
      for (const [changed, about] of [
        [{ contact_information_identifier: undefined }, /^contact_information_identifier: /],
        [{ contact_information_identifier: null }, /^contact_information_identifier: /],
        [{ contact_information_identifier: {} }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id: null } }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id: 41 } }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id, number: "41" } }, /^contact_information_identifier\.number: /],
        [{ direction: undefined }, /^direction: /],
        [{ direction: "incoming" }, /^direction: /],
        [{ direction: null }, /^direction: /],
        [{ media: undefined }, /^media: /],
        [{ media: "PIGEON" }, /^media: /],
        [{ subject: 41 }, /^subject: /],
        [{ subject: "\u0000" }, /^subject: /],
        [{ content: "\ud800" }, /^content: /],
        [{ content: {} }, /^content: /],
        [{ fields_set: 5 }, /^fields_set: /],
        [{ token: 5 }, /^token: /]
      ] as const) {
        refused(yield* tell("communications/create", { ...right, ...changed }), SHAPE, about)
      }
    })
  )
  it.effect("contact_information/create: every member that is missing or wrong, by its name", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace", token }
      const engines = { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Engines", token }
      for (const [body, about] of [
        [{ ...ada, type: undefined }, /type is "PERSON" or "COMPANY"/],
        [{ ...ada, type: "ROBOT" }, /type is "PERSON" or "COMPANY"/],
        [{ ...ada, life_cycle_state: undefined }, /^life_cycle_state: /],
        [{ ...ada, life_cycle_state: "DRAFT" }, /^life_cycle_state: /],
        [{ ...ada, first_name: undefined }, /^first_name: /],
        [{ ...ada, last_name: "" }, /^last_name: /],
        [{ ...ada, company_profile: {} }, /^company_profile: /],
        [{ ...ada, title: 5 }, /^title: /],
        [{ ...ada, demographics: { gender: "X" } }, /^demographics\.gender: /],
        [{ ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }, /^demographics\.date_of_birth: /],
        [{ ...ada, demographics: { country_of_residence: {} } }, /^demographics\.country_of_residence\.id: /],
        [{ ...engines, company_name: undefined }, /^company_name: /],
        [{ ...engines, company_name: "" }, /^company_name: /],
        [{ ...engines, demographics: {} }, /^demographics: /],
        [{ ...engines, company_profile: { established_date: "2025-02-29" } }, /^company_profile\.established_date: /],
        [{ ...engines, fields_set: 5 }, /^fields_set: /]
      ] as const) {
        refused(yield* tell("contact_information/create", body), SHAPE, about)
      }
    })
  )
})

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
