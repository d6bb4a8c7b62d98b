import { Arbitrary, DateTime, Effect, Exit } from "effect"
import { Completed, Draft } from "../../domain/Communication.ts"
import { NotDraft } from "../../domain/errors/index.ts"
import { completion, type Step } from "../../domain/Steps.ts"
import { utcTimestampOf } from "../../domain/Timestamps.ts"
import { expectEqual, expectFailure, expectForAll, failureOf } from "../Clause.ts"
import { aDraft, anAct, freshId, freshOrganisation, noon, store } from "../Fixtures.ts"
import {
  Acts,
  byId,
  byNumber,
  type Clauses,
  completedBy,
  completionBy,
  creationBy,
  given,
  historyOf,
  stored
} from "./Given.ts"

const act = anAct()

/** Stands for a function of a step, and has a bug. */
const throws = (): never => {
  throw new Error("a bug in a step")
}

/** The guarantees of `Communications` about steps. */
export const stepClauses: Clauses = [
  {
    name: "a step returns the communication in its new state, and stores it with a history entry",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Draft), Arbitrary.schema(Acts), Arbitrary.schema(Acts)]),
      Effect.fnUntraced(function* ([generated, added, act]) {
        const { communications } = yield* given
        const [organisation, draft] = [freshOrganisation(), { ...generated, version: 1 }]
        yield* store(organisation, aDraft(freshId())) // with another contact
        yield* store(organisation, draft, added)
        const completed = yield* communications.take(organisation, byId(draft), completion, act)
        yield* expectEqual(completed, completedBy(draft, act))
        yield* expectEqual(yield* stored(organisation, byNumber(draft)), completedBy(draft, act))
        yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(act)])
      })
    )
  },
  {
    name: "a step changes only the state, the version and the members that it sets",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Draft), Arbitrary.schema(Completed)]),
      Effect.fnUntraced(function* ([generated, { completed_at, completed_by }]) {
        const { communications } = yield* given
        const [organisation, draft] = [freshOrganisation(), { ...generated, version: 1 }]
        const step: typeof completion = { ...completion, sets: () => ({ completed_at, completed_by }) }
        const after: Completed = { ...draft, _tag: "Completed", version: 2, completed_at, completed_by }
        yield* store(organisation, draft)
        yield* expectEqual(yield* communications.take(organisation, byNumber(draft), step, act), after)
        yield* expectEqual(yield* stored(organisation, byId(draft)), after)
      })
    )
  },
  {
    name: "a refused step fails with the refusal of that step and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      yield* communications.take(organisation, byId(draft), completion, act)
      const later = { ...anAct(), at: DateTime.add(noon, { hours: 1 }) }
      const { id, number } = draft
      const notDraft = new NotDraft({
        ...{ id, number, life_cycle_state: "COMPLETED", request_id: act.request_id },
        ...{ completed_at: utcTimestampOf(act.at), completed_by: act.by }
      })
      const otherRefusal: Step<"Draft", "Completed", string> = {
        ...completion,
        refuse: ({ subject }) => `no: ${subject}`
      }
      for (const identifier of [byId(draft), byNumber(draft)]) {
        yield* expectFailure(communications.take(organisation, identifier, completion, later), notDraft)
        const refused = communications.take(organisation, identifier, otherRefusal, later)
        yield* expectFailure(refused, `no: ${draft.subject}`)
      }
      yield* expectEqual(yield* stored(organisation, byId(draft)), completedBy(draft, act))
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(act)])
      const imported = completedBy(aDraft("42"), act)
      yield* store(organisation, imported, added)
      const withRequest: Step<"Draft", "Completed", string> = { ...completion, refuse: (_, id) => `in request ${id}` }
      const again = communications.take(organisation, byId(imported), withRequest, later)
      yield* expectFailure(again, `in request ${added.request_id}`)
    })
  },
  {
    name: "a step that throws is a defect and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const imported = completedBy(aDraft("42"), act)
      yield* store(organisation, imported, added)
      for (const [identifier, step] of [
        [byId(draft), { ...completion, sets: throws }],
        [byId(imported), { ...completion, refuse: throws }]
      ] as const) {
        const exit = yield* Effect.exit(communications.take(organisation, identifier, step, act))
        yield* expectEqual(Exit.hasDies(exit), true)
      }
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
      yield* expectEqual(yield* stored(organisation, byId(imported)), imported)
      yield* expectEqual(yield* historyOf(organisation, imported), [{ ...creationBy(added), to: "COMPLETED" }])
    })
  },
  {
    name: "each step adds an entry to the history, oldest first; a view and a refused step add none",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const withoutRequest = { ...anAct(), request_id: null }
      yield* communications.view(organisation, byId(draft), noon)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
      yield* communications.take(organisation, byId(draft), completion, withoutRequest)
      yield* communications.view(organisation, byId(draft), noon)
      yield* failureOf(communications.take(organisation, byId(draft), completion, act))
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(withoutRequest)])
    })
  }
]
