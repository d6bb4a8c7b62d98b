import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  Completed,
  completeCommunication,
  completion,
  type ExpectedVersion,
  IdempotencyKeyReused,
  type IdentifierInput,
  InvalidToken,
  layerMemory,
  type OnceOptions,
  RequestId,
  Sessions,
  StaleVersion
} from "@communications/core"
import { aDraft, freshCaller, freshToken, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"

const given = Effect.gen(function* () {
  const [caller, token, draft] = [freshCaller(), freshToken(), aDraft()]
  yield* (yield* Sessions).open(token, caller, Duration.hours(2))
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
        Completed.make({ ...members, version: 2, completed_at: yield* DateTime.now, completed_by: caller.user })
      )
    })
  )
  it.effect("refuses a communication that is already completed, and says when, by whom and in which request", () =>
    Effect.gen(function* () {
      const { caller, token, draft } = yield* given
      const { id, number } = draft
      const completed = yield* Effect.provideService(
        completeCommunication({ token, communication_identifier: { id } }),
        RequestId,
        "first"
      )
      const refusal = yield* Effect.flip(completeCommunication({ token, communication_identifier: { number } }))
      assert.deepStrictEqual(refusal, completion.refuse(completed, "first"))
      assert.strictEqual(
        refusal.message,
        `communication 41 is COMPLETED, not DRAFT: user ${caller.user} completed it at 1970-01-01T01:00:00Z in request first`
      )
    })
  )
  it.effect("completes only an expected version, and otherwise returns the current one", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const request = { token, communication_identifier: { number: "41" } }
      const { id, number } = draft
      for (const expectedVersion of [2, [], [2, 3]]) {
        assert.deepStrictEqual(
          yield* Effect.flip(completeCommunication(request, { expectedVersion })),
          new StaleVersion({ id, number, version: 1 })
        )
      }
      const completed = yield* completeCommunication(request, { expectedVersion: [7, 1] })
      assert.strictEqual(completed.version, 2)
      const refusal = (expectedVersion: ExpectedVersion) =>
        Effect.map(Effect.flip(completeCommunication(request, { expectedVersion })), ({ _tag }) => _tag)
      assert.strictEqual(yield* refusal(1), "StaleVersion")
      assert.strictEqual(yield* refusal(2), "NotDraft")
      assert.strictEqual(yield* refusal(null), "NotDraft")
    })
  )
  it.effect("checks in the documented order: token, identifier, idempotency key, existence", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const error = (token: Redacted.Redacted, communication_identifier: IdentifierInput, options?: OnceOptions) =>
        Effect.flip(completeCommunication({ token, communication_identifier }, options))
      for (const invalid of [freshToken(), Redacted.make(""), Redacted.make("not a token")]) {
        assert.deepStrictEqual(yield* error(invalid, {}), new InvalidToken())
      }
      assert.deepStrictEqual(yield* error(token, {}), new AmbiguousIdentifier({ given: {} }))
      for (const identifier of [{ number: "no such" }, { id: "41" }]) {
        assert.deepStrictEqual(yield* error(token, identifier), new CommunicationNotFound({ identifier }))
      }
      const used = { idempotencyKey: "key" }
      yield* completeCommunication({ token, communication_identifier: { id: draft.id } }, used)
      assert.deepStrictEqual(yield* error(token, {}, used), new AmbiguousIdentifier({ given: {} }))
      assert.deepStrictEqual(yield* error(token, { id: "41" }, used), new IdempotencyKeyReused({ key: "key" }))
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
