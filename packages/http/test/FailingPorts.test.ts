import { Communications, layerMemory, Readiness, Sessions, StorageUnavailable } from "@communications/core"
import { freshCaller, freshToken } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { given, Memory, post, send } from "./Client.ts"
import { observing } from "./Observing.ts"

const unavailable = new StorageUnavailable({ operation: "test", reason: "unreachable", cause: new Error("gone") })
const failing = (failure: Effect.Effect<never, StorageUnavailable>) =>
  Layer.mergeAll(
    layerMemory,
    Layer.succeed(Communications, {
      ...{ add: () => failure, create: () => failure, find: () => failure, list: () => failure },
      ...{ history: () => failure, take: () => failure, view: () => failure }
    }),
    Layer.succeed(Readiness, { check: failure })
  )

const opened = Effect.gen(function* () {
  const token = freshToken()
  yield* (yield* Sessions).open(token, freshCaller(), DateTime.makeUnsafe("9999-12-31T00:00:00Z"))
  return Redacted.value(token)
})

describe("ports that fail", () => {
  it.live("a storage that is unavailable: 503, with the time to try again; logged, readiness included", () =>
    Effect.gen(function* () {
      const { value, lines } = yield* observing(
        failing(Effect.fail(unavailable)),
        Effect.gen(function* () {
          const token = yield* opened
          const completing = post({ token, communication_identifier: { number: "41" } })
          return [yield* completing, yield* send({ method: "GET", path: "/health/ready" })]
        })
      )
      for (const { status, headers, text } of value) {
        assert.deepStrictEqual([status, headers["retry-after"]], [503, "1"])
        assert.include(text, '"code":"UNAVAILABLE"')
        assert.notInclude(text, "gone")
      }
      assert.lengthOf(
        lines.filter((line) => line.includes("gone")),
        2
      )
    })
  )
  it.live("a defect: 500, nothing of it in the answer, all of it in the log, under the request id", () =>
    Effect.gen(function* () {
      const { value, lines } = yield* observing(
        failing(Effect.die(new Error("a bug of ours"))),
        Effect.flatMap(opened, (token) =>
          post({ token, communication_identifier: { number: "41" } }, { "x-request-id": "the-one" })
        )
      )
      assert.deepStrictEqual([value.status, value.headers["x-request-id"]], [500, "the-one"])
      assert.include(value.text, '"code":"INTERNAL_ERROR"')
      assert.notInclude(value.text, "bug")
      assert.isTrue(lines.some((line) => line.includes("a bug of ours") && line.includes("the-one")))
    })
  )
  it.live("a request id is echoed if it is well-formed, else replaced", () =>
    Effect.gen(function* () {
      const { value } = yield* observing(
        Memory,
        Effect.forEach(["abc-1_2.3", "a b", "x".repeat(129), ""], (id) => send({ headers: { "x-request-id": id } }))
      )
      const [echoed, ...replaced] = value.map(({ headers }) => headers["x-request-id"])
      assert.strictEqual(echoed, "abc-1_2.3")
      for (const id of replaced) assert.match(String(id), /^[0-9a-f-]{36}$/)
    })
  )
  it.live("no token in any log line or span; each request has a line", () =>
    Effect.gen(function* () {
      const { value, lines, spans } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { token } = yield* given
          const body = { communication_identifier: { number: "41" } }
          yield* post({ ...body, token })
          yield* post(body, { authorization: `Bearer ${token}` })
          yield* post({ ...body, token, fields_set: "nope" })
          yield* send({ method: "GET", path: `/nope?token=${token}` })
          yield* send({ method: "GET", path: `/health/live?token=${token}` })
          return token
        })
      )
      assert.isAtLeast(lines.filter((line) => line.includes('"path":')).length, 5)
      assert.include(spans, "completeCommunication")
      assert.notInclude(lines.join("\n"), value)
      assert.notInclude(spans, value)
    })
  )
})
