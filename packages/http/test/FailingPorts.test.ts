import { Communications, layerMemory, Readiness, Sessions, StorageUnavailable } from "@communications/core"
import { freshCaller, freshToken } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import { complete, send } from "./Client.ts"
import { observing } from "./Observing.ts"

const unavailable = new StorageUnavailable({ operation: "test", reason: "unreachable", cause: new Error("gone") })
const failing = (failure: Effect.Effect<never, StorageUnavailable>) =>
  Layer.mergeAll(
    layerMemory,
    Layer.succeed(Communications, {
      ...{
        add: () => failure,
        create: () => failure,
        find: () => failure,
        findByKey: () => failure,
        list: () => failure
      },
      ...{ history: () => failure, take: () => failure, view: () => failure }
    }),
    Layer.succeed(Readiness, { check: failure })
  )

const openSession = Effect.gen(function* () {
  const token = freshToken()
  yield* (yield* Sessions).open(token, freshCaller(), Duration.days(1))
  return Redacted.value(token)
})

describe("failing ports", () => {
  it.live("unavailable storage is logged and returns 503 with Retry-After, also for the readiness check", () =>
    Effect.gen(function* () {
      const { value, lines } = yield* observing(
        failing(Effect.fail(unavailable)),
        Effect.gen(function* () {
          const token = yield* openSession
          const completing = complete({ token, communication_identifier: { number: "41" } })
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
  it.live("a defect is logged with the request id and returns 500 without details", () =>
    Effect.gen(function* () {
      const { value, lines } = yield* observing(
        failing(Effect.die(new Error("a bug"))),
        Effect.flatMap(openSession, (token) =>
          complete({ token, communication_identifier: { number: "41" } }, { "x-request-id": "the-one" })
        )
      )
      assert.deepStrictEqual([value.status, value.headers["x-request-id"]], [500, "the-one"])
      assert.include(value.text, '"code":"INTERNAL_ERROR"')
      assert.notInclude(value.text, "bug")
      assert.isTrue(lines.some((line) => line.includes("a bug") && line.includes("the-one")))
    })
  )
})
