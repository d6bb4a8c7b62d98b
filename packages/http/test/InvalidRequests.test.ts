import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { complete, type Sent, send, setup } from "./Client.ts"
import { ApiInMemory } from "./Operations.ts"
import { assertDescription, refused, SHAPE } from "./Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("invalid requests", (it) => {
  for (const body of ["", " ", "{", '{"number":', "[]", "41", "null", '"x"', "\ufeff{", Uint8Array.of(0xff, 0xfe)]) {
    it.effect(`a body that is not a JSON object is INVALID_PARAMETERS: ${JSON.stringify(body)}`, () =>
      Effect.map(send({ body }), (response) => refused(response, SHAPE, /./))
    )
  }
  it.effect("different errors with the same code have the same message", () =>
    Effect.gen(function* () {
      assert.strictEqual(refused(yield* complete([]), SHAPE), refused(yield* complete({ token: 1 }), SHAPE))
    })
  )
  it.effect("a description never repeats a value, which may be a secret", () =>
    Effect.gen(function* () {
      const secret = "5EC4E7".repeat(5)
      for (const body of [{ token: { secret } }, { token: [secret] }, { communication_identifier: [secret] }]) {
        assert.notInclude((yield* complete(body)).text, secret)
      }
    })
  )
  const others: ReadonlyArray<readonly [string, Sent, readonly [number, string]]> = [
    ["another path", { path: "/crmapi/rest/v2/communications/nope" }, [404, "NOT_FOUND"]],
    ["plain text", { headers: { "content-type": "text/plain" }, body: "{}" }, [415, "UNSUPPORTED_MEDIA_TYPE"]],
    [
      "a form",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" },
      [415, "UNSUPPORTED_MEDIA_TYPE"]
    ],
    ["a body without a content type", { headers: { "content-type": "" }, body: "{}" }, [415, "UNSUPPORTED_MEDIA_TYPE"]],
    [
      "a chunked body without a content type",
      { headers: { "content-type": "" }, body: ["{", "}"] },
      [415, "UNSUPPORTED_MEDIA_TYPE"]
    ],
    ["neither a body nor a content type", { headers: { "content-type": "" } }, SHAPE],
    [
      "a body with a Content-Encoding",
      { headers: { "content-encoding": "gzip" }, body: "{}" },
      [415, "UNSUPPORTED_MEDIA_TYPE"]
    ],
    ["a body of 16 KiB and one byte", { body: " ".repeat(16_385) }, [413, "PAYLOAD_TOO_LARGE"]],
    ["a chunked body larger than 16 KiB", { body: Array(17).fill(" ".repeat(1024)) }, [413, "PAYLOAD_TOO_LARGE"]],
    ["a body of 16 KiB", { body: " ".repeat(16_384) }, SHAPE]
  ]
  for (const [title, sent, expected] of others) {
    it.effect(`${title}: ${expected[1]}`, () => Effect.map(send(sent), (response) => refused(response, expected)))
  }
  for (const verb of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    it.effect(`${verb} on a POST operation: METHOD_NOT_ALLOWED`, () =>
      Effect.map(send({ method: verb }), (response) => {
        refused(response, [405, "METHOD_NOT_ALLOWED"])
        assert.strictEqual(response.headers.allow, "POST")
      })
    )
  }
  const UNSUPPORTED = [415, "UNSUPPORTED_MEDIA_TYPE"] as const
  for (const [type, expected] of [
    ["application/json; charset=utf-8", SHAPE],
    ['Application/JSON;CHARSET="UTF-8"', SHAPE],
    ["application/json; profile=x; charset=UTF-8;", SHAPE],
    ["application/json; profile=x", SHAPE],
    ["application/json; charset=utf-8; charset=utf-8", SHAPE],
    ["application/json; charset=utf-16", UNSUPPORTED],
    ["application/json; charset=utf-8x", UNSUPPORTED],
    ["application/json; charset=latin1 charset=utf-8", UNSUPPORTED],
    ["application/json; charset=utf-8; charset=latin1", UNSUPPORTED],
    ["application/json; profile=x; charset=latin1", UNSUPPORTED],
    ["application/jsonx", UNSUPPORTED],
    ["application/problem+json", UNSUPPORTED]
  ] as const) {
    it.effect(`${type}: ${expected[1]}`, () =>
      Effect.map(send({ headers: { "content-type": type }, body: "{}" }), (response) => refused(response, expected))
    )
  }
  it.effect("a body that is not UTF-8 is refused and completes nothing", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const [start, end] = JSON.stringify({ token, communication_identifier: { number: "41" }, x: "|" }).split("|")
      const body = Buffer.concat([Buffer.from(start ?? ""), Buffer.of(0xf0, 0x9f, 0x98), Buffer.from(end ?? "")])
      refused(yield* send({ body }), SHAPE, /^the body is not UTF-8$/)
      const replaced = yield* send({ body: body.toString() })
      assert.strictEqual(replaced.status, 200)
    })
  )
  const path = "/crmapi/rest/v2/communications/complete"
  for (const [requested, exists] of [
    [path, true],
    [`${path}?x=1`, true],
    [`${path}/`, true],
    [path.replace("complete", "%63omplete"), true],
    [path.toUpperCase(), false],
    [path.replace("/complete", "//complete"), false],
    [`${path}//`, false]
  ] as const) {
    it.effect(`${requested} ${exists ? "is the operation" : "is not found"}, with any verb`, () =>
      Effect.gen(function* () {
        refused(yield* send({ path: requested, body: "{}" }), exists ? SHAPE : [404, "NOT_FOUND"])
        refused(
          yield* send({ path: requested, method: "GET" }),
          exists ? [405, "METHOD_NOT_ALLOWED"] : [404, "NOT_FOUND"]
        )
      })
    )
  }
  it.effect("POST is not allowed on a path for GET and HEAD", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* send({ path: "/health/live", body: "{}" })).headers.allow, "GET, HEAD")
      assert.strictEqual((yield* send({ method: "HEAD", path: "/health/live" })).status, 200)
    })
  )
  it.effect("the description explains a wrong fields_set and a body that is not an object", () =>
    Effect.gen(function* () {
      const fields = (fields_set: unknown) => complete({ communication_identifier: { number: "41" }, fields_set })
      assertDescription(yield* fields(5), "fields_set: expected a string, an array or null")
      assertDescription(yield* fields([5]), "fields_set.0: expected a string")
      for (const body of ["[]", ""]) {
        assertDescription(yield* send({ body }), "the request: expected an object")
      }
    })
  )
})
