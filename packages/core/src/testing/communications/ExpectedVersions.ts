import { Effect, Result } from "effect"
import { StaleVersion } from "../../domain/errors/index.ts"
import { completion } from "../../domain/Steps.ts"
import { expectEqual, expectFailure } from "../Clause.ts"
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

/** The guarantees of `Communications` about steps that expect a version. */
export const expectedVersionClauses: Clauses = [
  {
    name: "a step of another version than the expected one fails with the current version and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const { id, number } = draft
      const act = anAct()
      for (const identifier of [byId(draft), byNumber(draft)]) {
        for (const expectedVersion of [2, [], [2, 2_147_483_647]]) {
          const step = communications.take(organisation, identifier, completion, act, { expectedVersion })
          yield* expectFailure(step, new StaleVersion({ id, number, version: 1 }))
        }
      }
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
      yield* communications.view(organisation, byId(draft), noon)
      const expecting = (expectedVersion: ReadonlyArray<number>, identifier = byNumber(draft)) =>
        communications.take(organisation, identifier, completion, act, { expectedVersion })
      const completed = yield* expecting([7, 1])
      yield* expectEqual(completed, completedBy({ ...draft, viewed_on: noon }, act))
      for (const identifier of [byId(draft), byNumber(draft)]) {
        const stale = new StaleVersion({ id, number, version: completed.version })
        yield* expectFailure(expecting([1], identifier), stale)
        const refusal = completion.refuse(completed, act.request_id)
        yield* expectFailure(expecting([completed.version], identifier), refusal)
      }
      const second = aDraft("second")
      yield* store(organisation, second)
      yield* expectEqual(yield* expecting([1], byId(second)), completedBy(second, act))
    })
  },
  {
    name: "of 64 concurrent steps that expect the version, or none, exactly one succeeds; all others know the new version",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const { id, number } = draft
      const results = yield* Effect.forEach(
        Array.from({ length: 64 }, (_, index) => ({ act: anAct(), expects: index % 4 !== 0 })),
        ({ act, expects }, index) => {
          const identifier = index % 2 === 0 ? byId(draft) : byNumber(draft)
          const options = expects ? { expectedVersion: 1 } : {}
          const step = communications.take(organisation, identifier, completion, act, options)
          return Effect.map(Effect.result(step), (result) => ({ act, expects, result }))
        },
        { concurrency: "unbounded" }
      )
      const winners = results.filter(({ result }) => Result.isSuccess(result)).map(({ act }) => act)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), ...winners.map(completionBy)])
      const completed = winners.map((act) => completedBy(draft, act))
      yield* expectEqual([yield* stored(organisation, byId(draft))], completed)
      for (const winner of completed) {
        const { request_id } = winners[0] ?? added
        const stale = new StaleVersion({ id, number, version: winner.version })
        for (const { expects, result } of results) {
          const refusal = expects ? stale : completion.refuse(winner, request_id)
          yield* expectEqual(result, Result.isSuccess(result) ? Result.succeed(winner) : Result.fail(refusal))
        }
      }
    })
  }
]
