import {
  Communication,
  Completed,
  complete,
  completion,
  creationEntry,
  Draft,
  decide,
  lifeCycleState,
  Name,
  NotDraft,
  StaleVersion,
  type StateMembers,
  stateNames,
  stepEntry,
  steps,
  toData,
  toHistoryEntryData
} from "@communications/core"
import { aDraft, anAct, noon } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { type DateTime, Result, Schema } from "effect"
import { expectTypeOf } from "vitest"

const act = anAct()
const later = anAct()
const draft = aDraft()
const completed: Completed = { ...draft, _tag: "Completed", version: 2, completed_at: noon, completed_by: act.by }

describe("states × steps", () => {
  it("Draft × complete: Completed, with the time and the user of the act, otherwise unchanged", () => {
    assert.deepStrictEqual(complete(draft, act), Result.succeed(completed))
  })
  it("Completed × complete: refused, with the current state", () => {
    const { id, number } = completed
    const data = { id, number, life_cycle_state: "COMPLETED", completed_by: act.by, request_id: "r1" } as const
    const completed_at = "2026-01-31T12:00:00Z"
    assert.deepStrictEqual(complete(completed, later, {}, "r1"), Result.fail(new NotDraft({ ...data, completed_at })))
  })
  it("a refusal in a state without completion names neither a time nor a user", () => {
    const { id, number } = draft
    const data = { id, number, life_cycle_state: "DRAFT", completed_at: null, completed_by: null } as const
    assert.deepStrictEqual(completion.refuse(draft, "r1"), new NotDraft({ ...data, request_id: "r1" }))
  })
  it("another version than the expected one is refused before the state is", () => {
    const { id, number } = draft
    const stale = (version: number) => Result.fail(new StaleVersion({ id, number, version }))
    assert.deepStrictEqual(complete(draft, act, { expectedVersion: 2 }), stale(1))
    assert.deepStrictEqual(complete(draft, act, { expectedVersion: [] }), stale(1))
    assert.deepStrictEqual(complete(completed, later, { expectedVersion: 1 }), stale(2))
    for (const expectedVersion of [1, [2, 1], null]) {
      assert.deepStrictEqual(complete(draft, act, { expectedVersion }), Result.succeed(completed))
    }
    const refusal = Result.flip(complete(completed, later, { expectedVersion: 2 }))
    assert.strictEqual(Result.getOrThrow(refusal)._tag, "NotDraft")
  })
})

const isCommunication = Schema.is(Communication)

describe("laws of every step", () => {
  for (const [name, step] of Object.entries(steps)) {
    const take = decide(step)
    it.prop(`${name} is possible only in the state that it starts from`, [Communication], ([communication]) => {
      return Result.isSuccess(take(communication, act)) === (communication._tag === step.from)
    })
    it.prop(
      `${name} changes only the state, the version and the members that it sets`,
      [Communication],
      ([communication]) => {
        const before = { ...communication }
        const outcome = take(communication, act)
        assert.deepStrictEqual({ ...communication }, before)
        if (Result.isFailure(outcome)) return
        assert.deepStrictEqual(
          { ...outcome.success },
          {
            ...{ ...before, _tag: step.to, version: before.version + 1 },
            ...step.sets(act)
          }
        )
      }
    )
    it(`${name} of the last possible version is still a communication`, () => {
      const last = { ...draft, version: 2_147_483_646 }
      assert.isTrue(isCommunication(Result.getOrThrow(take(last, act))))
      assert.isFalse(isCommunication({ ...last, version: last.version + 1 }))
    })
    it(`${name} moves from one state to another`, () => {
      assert.notStrictEqual(String(step.from), String(step.to))
    })
    it.prop(`the entry of ${name} has the documented names of both states, and the act`, [Draft], () => {
      assert.deepStrictEqual(stepEntry(step, act), { from: stateNames[step.from], to: stateNames[step.to], ...act })
    })
  }
  it.prop("completing twice is refused", [Communication], ([communication]) => {
    const again = Result.flatMap(complete(communication, act), (once) => complete(once, later))
    return Result.isFailure(again)
  })
  it.prop("completing changes only the state in the data", [Draft], ([draft]) => {
    const after = Result.getOrThrow(complete(draft, act))
    assert.deepStrictEqual(toData(after), { ...toData(draft), life_cycle_state: "COMPLETED" })
  })
  it.prop("a view before completing has the same effect as one after it", [Draft], ([draft]) => {
    const viewed = Result.getOrThrow(complete({ ...draft, viewed_on: noon }, act))
    assert.deepStrictEqual(viewed, { ...Result.getOrThrow(complete(draft, act)), viewed_on: noon })
  })
  it.prop("a refused step fails with its own refusal", [Completed], ([completed]) => {
    const own = { ...completion, refuse: ({ number }: Communication) => `no: ${number}` }
    assert.deepStrictEqual(decide(own)(completed, act), Result.fail(`no: ${completed.number}`))
  })
})

describe("the history", () => {
  it.prop("begins with the state in which a communication was stored", [Communication], ([communication]) => {
    assert.deepStrictEqual(creationEntry(communication, act), {
      from: null,
      to: lifeCycleState(communication),
      ...act
    })
  })
  it("shows the user, the time to the second, and the request", () => {
    const username = Name.make("demo")
    assert.strictEqual(
      JSON.stringify(toHistoryEntryData(stepEntry(completion, act), username)),
      JSON.stringify({
        ...{ from: "DRAFT", to: "COMPLETED", at: "2026-01-31T12:00:00" },
        ...{ by: act.by, by_username: "demo", request_id: act.request_id }
      })
    )
  })
})

it("the type StateMembers has the members that only some states have", () => {
  expectTypeOf<StateMembers>().toEqualTypeOf<{
    readonly completed_at: DateTime.Utc
    readonly completed_by: Completed["completed_by"]
  }>()
  expectTypeOf(completion.sets(act)).toEqualTypeOf<StateMembers>()
})
