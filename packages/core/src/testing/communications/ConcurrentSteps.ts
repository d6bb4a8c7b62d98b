import { DateTime, Effect, Fiber, Result } from "effect"
import { completion } from "../../domain/Steps.ts"
import { expectEqual } from "../Clause.ts"
import { aDraft, anAct, noon, store } from "../Fixtures.ts"
import {
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

/** The guarantees of `Communications` about concurrent and interrupted steps. */
export const concurrentStepClauses: Clauses = [
  {
    name: "of 64 concurrent completions of a draft, exactly one succeeds and adds an entry",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const acts = Array.from({ length: 64 }, (_, millis) => ({
        ...anAct(),
        at: DateTime.add(noon, { milliseconds: millis })
      }))
      const results = yield* Effect.forEach(
        acts,
        (act, index) => {
          const identifier = index % 2 === 0 ? byId(draft) : byNumber(draft)
          return Effect.result(communications.take(organisation, identifier, completion, act))
        },
        { concurrency: "unbounded" }
      )
      const winners = acts.filter((_, index) => results[index]?._tag === "Success")
      const refusals = results.filter(Result.isFailure).map(({ failure }) => failure._tag)
      yield* expectEqual(refusals, Array<"NotDraft">(63).fill("NotDraft"))
      const completed = winners.map((act) => completedBy(draft, act))
      yield* expectEqual([yield* stored(organisation, byId(draft))], completed)
      yield* expectEqual(
        results.filter(Result.isSuccess).map(({ success }) => success),
        completed
      )
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), ...winners.map(completionBy)])
    })
  },
  {
    name: "64 concurrent steps of different communications are all committed, each with its own result",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const { contact_information } = draft
      const all = Array.from({ length: 64 }, (_, index) => ({
        draft: { ...aDraft(`number ${index}`), subject: `subject ${index}`, contact_information },
        act: { ...anAct(), at: DateTime.add(noon, { milliseconds: index }) }
      }))
      for (const { draft } of all) yield* store(organisation, draft, added)
      const results = yield* Effect.forEach(
        all,
        ({ draft, act }, index) =>
          communications.take(organisation, index % 2 === 0 ? byId(draft) : byNumber(draft), completion, act),
        { concurrency: "unbounded" }
      )
      for (const [index, { draft, act }] of all.entries()) {
        yield* expectEqual(results[index], completedBy(draft, act))
        yield* expectEqual(yield* stored(organisation, byId(draft)), completedBy(draft, act))
        yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(act)])
      }
    })
  },
  {
    name: "an interrupted step is committed completely or not at all",
    test: Effect.gen(function* () {
      for (let round = 0; round < 20; round++) {
        const { communications, organisation, draft, added } = yield* given
        const fiber = yield* Effect.forkChild(communications.take(organisation, byId(draft), completion, act))
        yield* Effect.yieldNow
        if (round % 2 === 0) yield* Effect.sleep(round / 4)
        yield* Fiber.interrupt(fiber)
        const found = yield* stored(organisation, byId(draft))
        const isDraft = found._tag === "Draft"
        yield* expectEqual(found, isDraft ? draft : completedBy(draft, act))
        const entries = [creationBy(added), ...(isDraft ? [] : [completionBy(act)])]
        yield* expectEqual(yield* historyOf(organisation, draft), entries)
      }
    })
  }
]
