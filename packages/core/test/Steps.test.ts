import {
  Communication,
  Completed,
  complete,
  completion,
  creationEntry,
  Draft,
  decide,
  lifeCycleState,
  NotDraft,
  type StateMembers,
  stateNames,
  stepEntry,
  steps,
  toData,
  toHistoryEntryData
} from "@communications/core"
import { aDraft, anAct, noon } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { type DateTime, Result } from "effect"
import { expectTypeOf } from "vitest"

const act = anAct()
const later = anAct()
const draft = aDraft()
const completed: Completed = { ...draft, _tag: "Completed", completed_at: noon, completed_by: act.by }

describe("states × steps", () => {
  it("Draft × complete: Completed, at the given time, by the given user, all else unchanged", () => {
    assert.deepStrictEqual(complete(draft, act), Result.succeed(completed))
  })
  it("Completed × complete: refused, with its present state", () => {
    const { id, number } = completed
    assert.deepStrictEqual(
      complete(completed, later),
      Result.fail(new NotDraft({ id, number, life_cycle_state: "COMPLETED" }))
    )
  })
})

describe("laws of every step", () => {
  for (const [name, step] of Object.entries(steps)) {
    const take = decide(step)
    it.prop(`${name} is possible exactly in the state that it leaves`, [Communication], ([communication]) => {
      return Result.isSuccess(take(communication, act)) === (communication._tag === step.from)
    })
    it.prop(`${name} reaches its state and sets its members, nothing else`, [Communication], ([communication]) => {
      const before = { ...communication }
      const outcome = take(communication, act)
      assert.deepStrictEqual({ ...communication }, before)
      if (Result.isFailure(outcome)) return
      assert.deepStrictEqual({ ...outcome.success }, { ...before, _tag: step.to, ...step.sets(act) })
    })
    it(`${name} moves from one state to another`, () => {
      assert.notStrictEqual(String(step.from), String(step.to))
    })
    it.prop(`the entry of ${name} has both states by their documented names, and the act`, [Draft], () => {
      assert.deepStrictEqual(stepEntry(step, act), { from: stateNames[step.from], to: stateNames[step.to], ...act })
    })
  }
  it.prop("completing twice is refused", [Communication], ([communication]) => {
    const again = Result.flatMap(complete(communication, act), (once) => complete(once, later))
    return Result.isFailure(again)
  })
  it.prop("completing changes only the state of the data", [Draft], ([draft]) => {
    const after = Result.getOrThrow(complete(draft, act))
    assert.deepStrictEqual(toData(after), { ...toData(draft), life_cycle_state: "COMPLETED" })
  })
  it.prop("a view comes to the same before and after completing", [Draft], ([draft]) => {
    const viewed = Result.getOrThrow(complete({ ...draft, viewed_on: noon }, act))
    assert.deepStrictEqual(viewed, { ...Result.getOrThrow(complete(draft, act)), viewed_on: noon })
  })
  it.prop("the refusal of a step is its own", [Completed], ([completed]) => {
    const own = { ...completion, refuse: ({ number }: Communication) => `no: ${number}` }
    assert.deepStrictEqual(decide(own)(completed, act), Result.fail(`no: ${completed.number}`))
  })
})

describe("the history", () => {
  it.prop("begins with the state in which a communication is stored", [Communication], ([communication]) => {
    assert.deepStrictEqual(creationEntry(communication, act), {
      from: null,
      to: lifeCycleState(communication),
      ...act
    })
  })
  it("shows the user, the time to the second, and the request", () => {
    assert.strictEqual(
      JSON.stringify(toHistoryEntryData(stepEntry(completion, act))),
      JSON.stringify({
        ...{ from: "DRAFT", to: "COMPLETED", at: "2026-01-31T12:00:00", by: act.by, request_id: act.request_id }
      })
    )
  })
})

it("types list the members that only some states have", () => {
  expectTypeOf<StateMembers>().toEqualTypeOf<{
    readonly completed_at: DateTime.Utc
    readonly completed_by: Completed["completed_by"]
  }>()
  expectTypeOf(completion.sets(act)).toEqualTypeOf<StateMembers>()
})
