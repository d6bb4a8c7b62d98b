import { InvalidToken, layerMemory, operations, releaseToken, Sessions } from "@communications/core"
import { freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { given } from "./Given.ts"

const release = operations[9]

layer(layerMemory)("releaseToken", (it) => {
  it.effect("ends the session of the token at once, and no other session", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* given, yield* given]
      assert.deepStrictEqual(yield* release.call({ token: one.token }, {}), { value: {} })
      const sessions = yield* Sessions
      assert.deepStrictEqual(yield* Effect.flip(sessions.authenticate(one.token)), new InvalidToken())
      assert.deepStrictEqual(yield* sessions.authenticate(other.token), other.caller)
    })
  )
  it.effect("refuses a token that is released, unknown or malformed", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      yield* releaseToken({ token })
      for (const invalid of [token, freshToken(), Redacted.make(""), Redacted.make("not a token")]) {
        assert.deepStrictEqual(yield* Effect.flip(releaseToken({ token: invalid })), new InvalidToken())
      }
    })
  )
})
