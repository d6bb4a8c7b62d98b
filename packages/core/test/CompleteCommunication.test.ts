import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  Completed,
  completeCommunication,
  type GivenIdentifier,
  InvalidToken,
  layerMemory,
  NotDraft,
  Sessions
} from "@communications/core"
import { aDraft, freshCaller, freshToken, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"

const given = Effect.gen(function* () {
  const [caller, token, draft] = [freshCaller(), freshToken(), aDraft()]
  yield* (yield* Sessions).open(token, caller, DateTime.add(yield* DateTime.now, { hours: 2 }))
  yield* store(caller.organisation, draft)
  return { caller, token, draft }
})

layer(layerMemory)("completeCommunication", (it) => {
  it.effect("completes a draft at the current time, by the caller", () =>
    Effect.gen(function* () {
      const { caller, token, draft } = yield* given
      yield* TestClock.adjust("1 hour")
      const { _tag, ...members } = draft
      assert.deepStrictEqual(
        yield* completeCommunication({ token, communication_identifier: { number: "41" } }),
        Completed.make({ ...members, completed_at: yield* DateTime.now, completed_by: caller.user })
      )
    })
  )
  it.effect("refuses a communication that is already completed", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { id, number } = draft
      yield* completeCommunication({ token, communication_identifier: { id } })
      assert.deepStrictEqual(
        yield* Effect.flip(completeCommunication({ token, communication_identifier: { number } })),
        new NotDraft({ id, number, life_cycle_state: "COMPLETED" })
      )
    })
  )
  it.effect("checks in the documented order: token, identifier, existence", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const error = (token: Redacted.Redacted, communication_identifier: GivenIdentifier) =>
        Effect.flip(completeCommunication({ token, communication_identifier }))
      for (const invalid of [freshToken(), Redacted.make(""), Redacted.make("not a token")]) {
        assert.deepStrictEqual(yield* error(invalid, {}), new InvalidToken())
      }
      assert.deepStrictEqual(yield* error(token, {}), new AmbiguousIdentifier({ given: {} }))
      const identifier = { number: "no such" }
      assert.deepStrictEqual(yield* error(token, identifier), new CommunicationNotFound({ identifier }))
    })
  )
  it.effect("finds communications only in the organisation of the token", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* given, yield* given]
      const { id } = theirs.draft
      const error = yield* Effect.flip(completeCommunication({ token: mine.token, communication_identifier: { id } }))
      assert.deepStrictEqual(error, new CommunicationNotFound({ identifier: { id } }))
      assert.strictEqual(
        (yield* completeCommunication({ token: theirs.token, communication_identifier: { id } }))._tag,
        "Completed"
      )
    })
  )
  it.effect("refuses a token whose session has expired", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      yield* TestClock.adjust("2 hours")
      const error = yield* Effect.flip(completeCommunication({ token, communication_identifier: { id: draft.id } }))
      assert.deepStrictEqual(error, new InvalidToken())
    })
  )
})
