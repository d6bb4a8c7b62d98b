import {
  Communication,
  Completed,
  complete,
  Draft,
  lifeCycleState,
  NotDraft,
  toData,
  UserId
} from "@communications/core"
import { aDraft, noon } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result, Schema } from "effect"

const by = UserId.make("0123456789ABCDEF0123456789ABCDEF")
const act = { at: noon, by, request_id: null }
const { _tag, ...members } = aDraft()
const draft = Draft.make(members)
const completed = Completed.make({ ...members, completed_at: noon, completed_by: by })

describe("states × transitions", () => {
  it("Draft × complete: Completed, at the given time, by the given user, all else as it was", () => {
    assert.deepStrictEqual(complete(draft, act), Result.succeed(completed))
  })
  it("Completed × complete: refused, with the state it is in", () => {
    const { id, number } = completed
    assert.deepStrictEqual(
      complete(completed, act),
      Result.fail(new NotDraft({ id, number, life_cycle_state: "COMPLETED" }))
    )
  })
})

describe("laws", () => {
  it.prop("what was completed is never completed again", [Communication], ([communication]) => {
    const again = Result.flatMap(complete(communication, act), (once) => complete(once, act))
    return Result.isFailure(again)
  })
  it.prop("exactly the drafts can be completed", [Communication], ([communication]) => {
    return Result.isSuccess(complete(communication, act)) === (lifeCycleState(communication) === "DRAFT")
  })
  it.prop("completing changes nothing that is shown but the state", [Draft], ([draft]) => {
    const after = Result.getOrThrow(complete(draft, act))
    assert.deepStrictEqual(toData(after), { ...toData(draft), life_cycle_state: "COMPLETED" })
  })
  it.prop("a communication survives its codec", [Communication], ([communication]) => {
    const codec = Schema.toCodecJson(Communication)
    const json = JSON.stringify(Schema.encodeSync(codec)(communication))
    assert.deepStrictEqual(Schema.decodeUnknownSync(codec)(JSON.parse(json)), communication)
  })
})

describe("what is shown", () => {
  it("a moment is UTC to the second, without zone and fraction", () => {
    const viewed = Draft.make({ ...members, viewed_on: DateTime.makeUnsafe("2016-08-25T08:22:28.999+02:00") })
    const { viewed: isViewed, viewed_on } = toData(viewed)
    assert.deepStrictEqual([isViewed, viewed_on], [true, "2016-08-25T06:22:28"])
  })
  it("what was not viewed says so", () => {
    const { viewed, viewed_on } = toData(draft)
    assert.deepStrictEqual([viewed, viewed_on], [false, null])
  })
})
