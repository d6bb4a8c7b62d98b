import { Arbitrary, DateTime, Effect } from "effect"
import { Communication } from "../../domain/Communication.ts"
import { completion } from "../../domain/Steps.ts"
import { Instant } from "../../domain/Time.ts"
import { expectEqual, expectForAll } from "../Clause.ts"
import { aDraft, anAct, freshOrganisation, noon, store } from "../Fixtures.ts"
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

const times = Array.from({ length: 16 }, (_, millis) => DateTime.add(noon, { milliseconds: millis }))

/** The guarantees of `Communications` about views. */
export const viewClauses: Clauses = [
  {
    name: "the first view sets only viewed_on, in any state; later views change nothing",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Communication), Arbitrary.schema(Instant), Arbitrary.schema(Instant)]),
      Effect.fnUntraced(function* ([communication, at, later]) {
        const { communications } = yield* given
        const organisation = freshOrganisation()
        const viewed = { ...communication, viewed_on: communication.viewed_on ?? at }
        yield* store(organisation, communication)
        yield* expectEqual(yield* communications.view(organisation, byId(communication), at), viewed)
        yield* expectEqual(yield* stored(organisation, byNumber(communication)), viewed)
        yield* expectEqual(yield* communications.view(organisation, byNumber(communication), later), viewed)
        yield* expectEqual(yield* stored(organisation, byId(communication)), viewed)
      })
    )
  },
  {
    name: "of 16 concurrent views one counts, and all return its time",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const views = yield* Effect.forEach(
        times,
        (at, index) => communications.view(organisation, index % 2 === 0 ? byNumber(draft) : byId(draft), at),
        { concurrency: "unbounded" }
      )
      const found = yield* stored(organisation, byId(draft))
      yield* expectEqual(
        times.some((at) => DateTime.Equivalence(at, found.viewed_on ?? DateTime.makeUnsafe(0))),
        true
      )
      yield* expectEqual(found, { ...draft, viewed_on: found.viewed_on })
      for (const viewed of views) yield* expectEqual(viewed, found)
    })
  },
  {
    name: "views at once of different communications each return their own, and set its time",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const all = times.map((at, index) => ({
        ...{ at, draft: aDraft(`number ${index}`), identifierOf: index % 2 === 0 ? byNumber : byId }
      }))
      for (const { draft } of all) yield* store(organisation, draft)
      const views = yield* Effect.forEach(
        all,
        ({ at, draft, identifierOf }) => communications.view(organisation, identifierOf(draft), at),
        { concurrency: "unbounded" }
      )
      const viewed = all.map(({ at, draft }) => ({ ...draft, viewed_on: at }))
      yield* expectEqual(views, viewed)
      yield* expectEqual(yield* Effect.forEach(all, ({ draft }) => stored(organisation, byId(draft))), viewed)
    })
  },
  {
    name: "a view adds no history entry, and a later step keeps viewed_on",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const act = { ...anAct(), at: DateTime.add(noon, { hours: 1 }) }
      const viewed = { ...draft, viewed_on: noon }
      yield* expectEqual(yield* communications.view(organisation, byId(draft), noon), viewed)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
      const completed = yield* communications.take(organisation, byNumber(draft), completion, act)
      yield* expectEqual(completed, completedBy(viewed, act))
      yield* expectEqual(yield* communications.view(organisation, byId(draft), act.at), completed)
      yield* expectEqual(yield* stored(organisation, byId(draft)), completed)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(act)])
    })
  },
  {
    name: "a step and 16 concurrent views do not overwrite each other",
    test: Effect.gen(function* () {
      for (let round = 0; round <= 8; round++) {
        const { communications, organisation, draft, added } = yield* given
        const act = anAct()
        const viewAt = (times: ReadonlyArray<DateTime.Utc>) =>
          Effect.forEach(times, (at) => communications.view(organisation, byId(draft), at), {
            concurrency: "unbounded"
          })
        const [early, completed, late] = yield* Effect.all(
          [
            viewAt(times.slice(0, round * 2)),
            communications.take(organisation, byNumber(draft), completion, act),
            viewAt(times.slice(round * 2))
          ],
          { concurrency: "unbounded" }
        )
        const { viewed_on, ...found } = yield* stored(organisation, byId(draft))
        yield* expectEqual(viewed_on === null, false)
        yield* expectEqual({ ...found, viewed_on }, completedBy({ ...draft, viewed_on }, act))
        for (const viewed of [...early, ...late]) yield* expectEqual(viewed.viewed_on, viewed_on)
        yield* expectEqual(completed.viewed_on === null ? viewed_on : completed.viewed_on, viewed_on)
        yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added), completionBy(act)])
      }
    })
  }
]
