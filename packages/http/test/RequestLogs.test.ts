import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { complete, Memory, send, setup } from "./Client.ts"
import { observing } from "./Observing.ts"

describe("request ids and log lines", () => {
  it.live("a well-formed request id is returned, and a malformed one is replaced", () =>
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
  it.live("each request has a log line, and no log line or span contains a token", () =>
    Effect.gen(function* () {
      const { value, lines, spans } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { token } = yield* setup
          const body = { communication_identifier: { number: "41" } }
          yield* complete({ ...body, token })
          yield* complete(body, { authorization: `Bearer ${token}` })
          yield* complete({ ...body, token, fields_set: "nope" })
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
