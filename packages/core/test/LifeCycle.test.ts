import {
  Communication,
  complete,
  creationOf,
  Draft,
  lifeCycleState,
  toData,
  toDetails,
  toTransitionData,
  transitionOf,
  view
} from "@communications/core"
import { aDraft, anAct, noon } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result } from "effect"

const [act, later] = [anAct(), { ...anAct(), at: DateTime.add(noon, { hours: 1 }) }]
const viewed = (communication: Communication, by = act) => Result.getOrThrow(view(communication, by))

describe("view", () => {
  it.prop("is never refused, and sets the time once: again, it changes nothing", [Communication], ([communication]) => {
    const once = viewed(communication)
    assert.deepStrictEqual(once.viewed_on, communication.viewed_on ?? noon)
    assert.strictEqual(viewed(once, later), once)
  })
  it.prop("changes nothing else", [Communication], ([communication]) => {
    const { viewed_on: _, ...before } = communication
    const { viewed_on: __, ...after } = viewed(communication)
    assert.deepStrictEqual(after, before)
  })
  it.prop("shows as viewed, at the time, and else as before", [Communication], ([communication]) => {
    const { viewed_on } = toDetails(viewed(communication))
    const expected = communication.viewed_on === null ? "2026-01-31T12:00:00" : toData(communication).viewed_on
    assert.strictEqual(viewed_on, expected)
    assert.deepStrictEqual(toDetails(viewed(communication)), { ...toDetails(communication), viewed: true, viewed_on })
  })
  it.prop("comes to the same before and after completing", [Draft], ([draft]) => {
    const completed = Result.getOrThrow(complete(draft, act))
    assert.deepStrictEqual(viewed(completed, later), Result.getOrThrow(complete(viewed(draft, later), act)))
  })
})

describe("the history", () => {
  it.prop("begins with the state in which a communication is stored", [Communication], ([communication]) => {
    assert.deepStrictEqual(creationOf(communication, act), { from: null, to: lifeCycleState(communication), ...act })
  })
  it.prop("has a step exactly where the state changes", [Draft], ([draft]) => {
    const completed = Result.getOrThrow(complete(draft, act))
    assert.deepStrictEqual(transitionOf(draft, completed, later), { from: "DRAFT", to: "COMPLETED", ...later })
    assert.deepStrictEqual(transitionOf(completed, draft, later), { from: "COMPLETED", to: "DRAFT", ...later })
    for (const same of [draft, completed]) assert.isNull(transitionOf(same, same, act))
  })
  it.prop("has none of views", [Communication], ([communication]) => {
    assert.isNull(transitionOf(communication, viewed(communication), act))
  })
  it("shows who did what, when to the second, and on which request", () => {
    const draft = aDraft()
    const step = transitionOf(draft, Result.getOrThrow(complete(draft, act)), act) ?? assert.fail("no step")
    assert.strictEqual(
      JSON.stringify(toTransitionData(step)),
      JSON.stringify({
        ...{ from: "DRAFT", to: "COMPLETED", at: "2026-01-31T12:00:00", by: act.by, request_id: act.request_id }
      })
    )
  })
})
