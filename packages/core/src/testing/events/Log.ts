import { Arbitrary, DateTime, Effect, Fiber } from "effect"
import { Draft } from "../../domain/Communication.ts"
import { expectEqual, expectForAll, failureOf } from "../Clause.ts"
import { Acts, completedBy, completionBy, creationBy } from "../communications/Given.ts"
import { aDraft, anAct, freshOrganisation, noon, store } from "../Fixtures.ts"
import {
  type Clauses,
  completeDraft,
  drain,
  expectedEvent,
  given,
  read,
  settleLast,
  storeAndComplete,
  withoutIds
} from "./Given.ts"

/** The guarantees of `Events` about the log: which events it has, and in which order. */
export const logClauses: Clauses = [
  {
    name: "each completion is read once; refused steps, views and added communications are not read",
    test: Effect.gen(function* () {
      const setup = yield* given
      const { communications, organisation, one } = setup
      const [draft, act] = [aDraft("1"), anAct()]
      yield* store(organisation, draft)
      yield* store(organisation, completedBy(aDraft("2"), act))
      yield* communications.view(organisation, { _tag: "Id", id: draft.id }, noon)
      yield* completeDraft(setup, draft, act)
      yield* failureOf(completeDraft(setup, draft))
      const [last, lastAct] = [aDraft("3"), { ...anAct(), request_id: null }]
      yield* storeAndComplete(setup, last, lastAct)
      const recorded = yield* read(setup, one, 2)
      const events = withoutIds(recorded.map(({ event }) => event))
      yield* expectEqual(
        events.toSorted((one, other) => one.number.localeCompare(other.number)),
        [
          expectedEvent(organisation, draft, completionBy(act)),
          expectedEvent(organisation, last, completionBy(lastAct))
        ]
      )
      yield* expectEqual(new Set(recorded.map(({ event }) => event.id)).size, 2)
    }).pipe(Effect.scoped)
  },
  {
    name: "a subscription to all steps reads the creation and then the completion, with every member unchanged",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Draft), Arbitrary.schema(Acts), Arbitrary.schema(Acts)]),
      Effect.fnUntraced(function* ([draft, added, act]) {
        const setup = yield* given
        const { organisation, one } = setup
        const imported = completedBy(aDraft(`${draft.number.slice(0, 50)} imported`), act)
        yield* store(organisation, draft, added)
        yield* completeDraft(setup, draft, act)
        yield* store(organisation, imported, added)
        const events = (yield* read(setup, one, 3, "all")).map(({ event }) => event)
        const of = ({ id }: Draft | typeof imported) => events.filter(({ communication }) => communication === id)
        yield* expectEqual(withoutIds(of(draft)), [
          expectedEvent(organisation, draft, creationBy(added)),
          expectedEvent(organisation, draft, completionBy(act))
        ])
        yield* expectEqual(withoutIds(of(imported)), [
          expectedEvent(organisation, imported, { ...creationBy(added), to: "COMPLETED" })
        ])
        yield* expectEqual(new Set(events.map(({ id }) => id)).size, 3)
        const [creation, completion] = of(draft).map(({ version }) => version)
        yield* expectEqual(creation !== undefined && completion !== undefined && creation < completion, true)
      }, Effect.scoped)
    )
  },
  {
    name: "a completion after many other steps is read, even one event at a time",
    test: Effect.gen(function* () {
      const setup = yield* given
      const draft = aDraft("last")
      for (let number = 0; number < 20; number++) yield* store(setup.organisation, aDraft(String(number)))
      yield* storeAndComplete(setup, draft)
      const events = yield* drain(setup, { count: 1, steps: "completions", limit: 1 })
      yield* expectEqual(
        events.map(({ communication }) => communication),
        [draft.id]
      )
    }).pipe(Effect.scoped, Effect.timeout("30 seconds"))
  },
  {
    name: "during concurrent steps no event is skipped or repeated, and each communication has its events in order",
    test: Effect.gen(function* () {
      const [setup, otherSetup] = [yield* given, yield* given]
      const drafts = Array.from({ length: 64 }, (_, index) => aDraft(String(index)))
      const acts = drafts.map((_, index) => ({ ...anAct(), at: DateTime.subtract(noon, { hours: index }) }))
      const write = Effect.forEach(
        drafts,
        (draft, index) => Effect.delay(storeAndComplete(setup, draft, acts[index]), index % 8),
        { concurrency: 16, discard: true }
      )
      const [, all, completions] = yield* Effect.all(
        [
          write,
          drain(setup, { count: 128, steps: "all", limit: 7 }),
          drain({ ...otherSetup, organisation: setup.organisation }, { count: 64, steps: "completions", limit: 7 })
        ],
        { concurrency: 3 }
      )
      yield* expectEqual([all.length, completions.length], [128, 64])
      for (const { id } of drafts) {
        const own = all.filter(({ communication }) => communication === id)
        yield* expectEqual(
          own.map(({ to }) => to),
          ["DRAFT", "COMPLETED"]
        )
        yield* expectEqual(
          completions.filter(({ communication }) => communication === id),
          own.slice(1)
        )
      }
      yield* expectEqual(yield* read(setup, setup.one, 0, "all"), [])
    }).pipe(Effect.scoped, Effect.timeout("1 minute"))
  },
  {
    name: "an interrupted step is read if and only if it was committed",
    test: Effect.gen(function* () {
      const setup = yield* given
      const { communications, organisation, one } = setup
      const committed: Array<string> = []
      for (let round = 0; round < 20; round++) {
        const draft = aDraft(String(round))
        yield* store(organisation, draft)
        const fiber = yield* Effect.forkChild(completeDraft(setup, draft))
        yield* Effect.yieldNow
        if (round % 2 === 0) yield* Effect.sleep(round / 4)
        yield* Fiber.interrupt(fiber)
        const found = yield* communications.find(organisation, { _tag: "Id", id: draft.id })
        if (found._tag === "Completed") committed.push(draft.id)
      }
      const last = aDraft("last")
      yield* storeAndComplete(setup, last)
      const recorded = yield* read(setup, one, committed.length + 1)
      yield* expectEqual(recorded.map(({ event }) => event.communication).sort(), [...committed, last.id].sort())
    }).pipe(Effect.scoped)
  },
  {
    name: "two subscriptions read committed events in the same order",
    test: Effect.gen(function* () {
      const [setup, otherSetup] = [yield* given, yield* given]
      const organisation = freshOrganisation()
      yield* Effect.forEach(
        Array.from({ length: 16 }, (_, index) => aDraft(String(index))),
        (draft) => storeAndComplete({ ...setup, organisation }, draft),
        { concurrency: "unbounded", discard: true }
      )
      const recorded = yield* read({ ...setup, organisation }, setup.one, 32, "all")
      yield* expectEqual(yield* read({ ...otherSetup, organisation }, otherSetup.one, 32, "all"), recorded)
      yield* settleLast(setup, setup.one, recorded)
    }).pipe(Effect.scoped)
  }
]
