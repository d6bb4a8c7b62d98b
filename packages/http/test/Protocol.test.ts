import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Api, given, Memory, post, type Received, type Sent, send } from "./Client.ts"

const isEnvelope = Schema.is(
  Schema.Struct({
    status: Schema.Struct({ code: Schema.String, message: Schema.NonEmptyString, description: Schema.NonEmptyString }),
    data: Schema.Null
  })
)

const refused = ({ status, json, text, headers }: Received, expected: readonly [number, string], about = /./) => {
  if (!isEnvelope(json)) return assert.fail(`not the envelope: ${text}`)
  assert.deepStrictEqual([status, json.status.code], [...expected], text)
  assert.match(json.status.description, about)
  assert.match(String(headers["x-request-id"]), /^[A-Za-z0-9._-]{1,128}$/)
  assert.strictEqual(headers["content-type"], "application/json")
  return json.status.message
}

const SHAPE = [400, "INVALID_PARAMETERS"] as const
const TOKEN = [401, "INVALID_TOKEN"] as const
const AMBIGUOUS = [400, "AMBIGUOUS_IDENTIFIER"] as const

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })("refusing over HTTP", (it) => {
  it.effect("one of each kind of wrong, and every two of them: shape, token, identifier, existence, state", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      yield* post({ token, communication_identifier: { number: "41" } })
      const identifiers = [
        [{ number: "41" }, [409, "NOT_DRAFT"], /41 is COMPLETED/],
        [{ number: "42" }, [404, "COMMUNICATION_NOT_FOUND"], /number "42"/],
        [{ id: "41" }, [404, "COMMUNICATION_NOT_FOUND"], /id "41"/],
        [{}, AMBIGUOUS, /neither/],
        [{ id: null, number: null }, AMBIGUOUS, /neither/],
        [{ id: "A", number: "41" }, AMBIGUOUS, /both/],
        [{ number: 41 }, SHAPE, /^communication_identifier\.number: /],
        [{ numbers: "41" }, SHAPE, /^communication_identifier\.numbers: /],
        [null, SHAPE, /^communication_identifier: /],
        ["41", SHAPE, /^communication_identifier: /],
        [undefined, SHAPE, /^communication_identifier: /]
      ] as const
      const tokens = [[token], ["0".repeat(32)], ["x"], [""], [null], [undefined], [7, SHAPE]] as const
      const fields = [["id"], [undefined], ["nope", SHAPE], [5, SHAPE], [{ id: true }, SHAPE], [[1], SHAPE]] as const
      for (const [communication_identifier, expected, about] of identifiers) {
        for (const [given, wrongToken] of tokens) {
          for (const [fields_set, wrongFields] of fields) {
            const shape = wrongToken ?? wrongFields ?? (expected === SHAPE ? SHAPE : undefined)
            const answer = yield* post({ token: given, communication_identifier, fields_set })
            if (shape) refused(answer, shape)
            else if (given !== token) refused(answer, TOKEN)
            else refused(answer, expected, about)
          }
        }
      }
    })
  )
  it.effect("whatever is wrong with a token, the answer is one and the same, with its challenge", () =>
    Effect.gen(function* () {
      const [{ token }, other] = [yield* given, yield* given]
      const body = { communication_identifier: { number: "41" } }
      const answers = [
        yield* post(body),
        yield* post({ ...body, token: null }),
        yield* post({ ...body, token: token.toLowerCase() }),
        yield* post({ ...body, token: "0".repeat(32) }),
        yield* post({ ...body, token }, { authorization: `Bearer ${other.token}` }),
        yield* post({ ...body, token: "" }, { authorization: `Bearer ${token}` }),
        yield* post(body, { authorization: `Basic ${token}` }),
        yield* post(body, { authorization: "Bearer" })
      ]
      for (const answer of answers) {
        refused(answer, TOKEN)
        assert.strictEqual(answer.text, answers[0]?.text)
        assert.strictEqual(answer.headers["www-authenticate"], 'Bearer error="invalid_token"')
      }
      assert.strictEqual((yield* post({ ...body, token })).status, 200)
    })
  )
  for (const body of ["", " ", "{", '{"number":', "[]", "41", "null", '"x"', "\ufeff{", Uint8Array.of(0xff, 0xfe)]) {
    it.effect(`a body that is no JSON object: ${JSON.stringify(body)}`, () =>
      Effect.map(send({ body }), (answer) => refused(answer, SHAPE, /./))
    )
  }
  it.effect("an unknown member of an identifier is told in words", () =>
    Effect.map(post({ communication_identifier: { numbers: "41" } }), (answer) =>
      refused(answer, SHAPE, /^communication_identifier\.numbers: no member has this name$/)
    )
  )
  it.effect("a message is constant per code", () =>
    Effect.gen(function* () {
      assert.strictEqual(refused(yield* post([]), SHAPE), refused(yield* post({ token: 1 }), SHAPE))
    })
  )
  it.effect("no description repeats a value, which may be a secret", () =>
    Effect.gen(function* () {
      const secret = "5EC4E7".repeat(5)
      for (const body of [{ token: { secret } }, { token: [secret] }, { communication_identifier: [secret] }]) {
        assert.notInclude((yield* post(body)).text, secret)
      }
    })
  )
  const others: ReadonlyArray<readonly [string, Sent, readonly [number, string]]> = [
    ["another path", { path: "/crmapi/rest/v2/communications/nope" }, [404, "NOT_FOUND"]],
    ["the root", { method: "GET", path: "/" }, [404, "NOT_FOUND"]],
    ["text", { headers: { "content-type": "text/plain" }, body: "{}" }, [415, "UNSUPPORTED_MEDIA_TYPE"]],
    [
      "a form",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" },
      [415, "UNSUPPORTED_MEDIA_TYPE"]
    ],
    ["no type", { headers: { "content-type": "" }, body: "{}" }, [415, "UNSUPPORTED_MEDIA_TYPE"]],
    ["no type, in chunks", { headers: { "content-type": "" }, body: ["{", "}"] }, [415, "UNSUPPORTED_MEDIA_TYPE"]],
    ["no type and no body", { headers: { "content-type": "" } }, SHAPE],
    [
      "a body that is declared compressed",
      { headers: { "content-encoding": "gzip" }, body: "{}" },
      [415, "UNSUPPORTED_MEDIA_TYPE"]
    ],
    ["a body of 16 KiB and 1", { body: " ".repeat(16_385) }, [413, "PAYLOAD_TOO_LARGE"]],
    ["the same in chunks", { body: Array(17).fill(" ".repeat(1024)) }, [413, "PAYLOAD_TOO_LARGE"]],
    ["a body of 16 KiB", { body: " ".repeat(16_384) }, SHAPE]
  ]
  for (const [what, sent, expected] of others) {
    it.effect(`${what}: ${expected[1]}`, () => Effect.map(send(sent), (answer) => refused(answer, expected)))
  }
  for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    it.effect(`${method} is not allowed where POST is`, () =>
      Effect.map(send({ method }), (answer) => {
        refused(answer, [405, "METHOD_NOT_ALLOWED"])
        assert.strictEqual(answer.headers.allow, "POST")
      })
    )
  }
  const UNSUPPORTED = [415, "UNSUPPORTED_MEDIA_TYPE"] as const
  for (const [type, expected] of [
    ["application/json; charset=utf-8", SHAPE],
    ['Application/JSON;CHARSET="UTF-8"', SHAPE],
    ["application/json; profile=x; charset=UTF-8;", SHAPE],
    ["application/json; charset=utf-16", UNSUPPORTED],
    ["application/json; profile=x; charset=latin1", UNSUPPORTED],
    ["application/jsonx", UNSUPPORTED],
    ["application/problem+json", UNSUPPORTED]
  ] as const) {
    it.effect(`${type}: ${expected[1]}`, () =>
      Effect.map(send({ headers: { "content-type": type }, body: "{}" }), (answer) => refused(answer, expected))
    )
  }
  it.effect("a body that is not UTF-8 changes nothing, and is told of", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const [start, end] = JSON.stringify({ token, communication_identifier: { number: "41" }, x: "|" }).split("|")
      const body = Buffer.concat([Buffer.from(start ?? ""), Buffer.of(0xf0, 0x9f, 0x98), Buffer.from(end ?? "")])
      refused(yield* send({ body }), SHAPE, /^the body is not UTF-8$/)
      const replaced = yield* send({ body: body.toString() })
      assert.strictEqual(replaced.status, 200)
    })
  )
  const complete = "/crmapi/rest/v2/communications/complete"
  for (const [path, isThere] of [
    [complete, true],
    [`${complete}?x=1`, true],
    [`${complete}/`, true],
    [complete.replace("complete", "%63omplete"), true],
    [complete.toUpperCase(), false],
    [complete.replace("/complete", "//complete"), false],
    [`${complete}//`, false]
  ] as const) {
    it.effect(`${path} is ${isThere ? "there" : "not there"}, whatever the method`, () =>
      Effect.gen(function* () {
        refused(yield* send({ path, body: "{}" }), isThere ? SHAPE : [404, "NOT_FOUND"])
        refused(yield* send({ path, method: "GET" }), isThere ? [405, "METHOD_NOT_ALLOWED"] : [404, "NOT_FOUND"])
      })
    )
  }
  it.effect("POST is not allowed where GET and HEAD are", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* send({ path: "/health/live", body: "{}" })).headers.allow, "GET, HEAD")
      assert.strictEqual((yield* send({ method: "HEAD", path: "/health/live" })).status, 200)
    })
  )
  it.effect.prop("no JSON whatever is our fault", { body: Schema.Json }, ({ body }) =>
    Effect.map(post(body), (answer) => refused(answer, SHAPE))
  )
  it.effect.prop("no text whatever is our fault", { text: Schema.String }, ({ text }) =>
    Effect.gen(function* () {
      const { token } = yield* given
      refused(yield* post({ token: text, communication_identifier: { number: text } }), TOKEN)
      for (const identifier of [{ number: text }, { id: text }]) {
        const { status } = yield* post({ token, communication_identifier: identifier })
        assert.oneOf(status, [200, 404, 409])
      }
    })
  )
})
