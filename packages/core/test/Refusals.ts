import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  InvalidToken,
  type NamedRequest,
  type Ports
} from "@communications/core"
import { aDraft, freshToken, store } from "@communications/core/testing"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { given, uuidOf } from "./Given.ts"

/** Tests that an operation on one communication checks the token first, then the identifier, then existence. */
export const refusesInOrder = (operation: (request: NamedRequest) => Effect.Effect<unknown, unknown, Ports>) =>
  Effect.gen(function* () {
    const { token } = yield* given
    const theirs = yield* given
    const draft = aDraft("42")
    yield* store(theirs.caller.organisation, draft)
    const { id } = draft
    for (const communication_identifier of [{}, { id, number: "42" }, { id }, { number: "42" }]) {
      const error = yield* Effect.flip(operation({ token: freshToken(), communication_identifier }))
      assert.deepStrictEqual(error, new InvalidToken())
    }
    for (const ambiguous of [{}, { id, number: "42" }, { id: null, number: null }]) {
      const error = yield* Effect.flip(operation({ token, communication_identifier: ambiguous }))
      assert.deepStrictEqual(error, new AmbiguousIdentifier({ given: ambiguous }))
    }
    for (const identifier of [{ id }, { number: "42" }, { id: "42" }, { number: "" }]) {
      const error = yield* Effect.flip(operation({ token, communication_identifier: identifier }))
      assert.deepStrictEqual(error, new CommunicationNotFound({ identifier }))
    }
    yield* operation({ token: theirs.token, communication_identifier: { id: uuidOf(id) } })
  })
