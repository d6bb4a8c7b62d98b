import { Arbitrary, DateTime, Effect, Fiber } from "effect"
import { Draft } from "../../domain/Communication.ts"
import { expectEqual, expectForAll } from "../Clause.ts"
import { Acts, completedBy, completionBy, creationBy } from "../communications/Given.ts"
import { aDraft, anAct, freshOrganisation, noon, store } from "../Fixtures.ts"
import {
  type Clauses,
  completing,
  drain,
  expected,
  given,
  read,
  settleLast,
  storingAndCompleting,
  withoutOwn
} from "./Given.ts"

/** What `Events` promises of the log: which events there are, and in which order. */
export const logClauses: Clauses = [
  {
    name: "a completion is read once; a refused step, a view and an added communication are not",
    test: Effect.gen(function* () {
      const here = yield* given
      const { communications, organisation, one } = here
      const [draft, act] = [aDraft("1"), anAct()]
      yield* store(organisation, draft)
      yield* store(organisation, completedBy(aDraft("2"), act))
      yield* communications.view(organisation, { _tag: "Id", id: draft.id }, noon)
      yield* completing(here, draft, act)
      yield* Effect.flip(completing(here, draft))
      const [last, lastAct] = [aDraft("3"), { ...anAct(), request_id: null }]
      yield* storingAndCompleting(here, last, lastAct)
      const recorded = yield* read(here, one, 2)
      const events = withoutOwn(recorded.map(({ event }) => event))
      yield* expectEqual(
        events.toSorted((one, other) => one.number.localeCompare(other.number)),
        [expected(organisation, draft, completionBy(act)), expected(organisation, last, completionBy(lastAct))]
      )
      yield* expectEqual(new Set(recorded.map(({ event }) => event.id)).size, 2)
    }).pipe(Effect.scoped)
  },
  {
    name: "all steps are read with every member as it was: an added communication first, then its completion",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Draft), Arbitrary.schema(Acts), Arbitrary.schema(Acts)]),
      Effect.fnUntraced(function* ([draft, added, act]) {
        const here = yield* given
        const { organisation, one } = here
        const imported = completedBy(aDraft(`${draft.number.slice(0, 50)} imported`), act)
        yield* store(organisation, draft, added)
        yield* completing(here, draft, act)
        yield* store(organisation, imported, added)
        const events = (yield* read(here, one, 3, "all")).map(({ event }) => event)
        const of = ({ id }: Draft | typeof imported) => events.filter(({ communication }) => communication === id)
        yield* expectEqual(withoutOwn(of(draft)), [
          expected(organisation, draft, creationBy(added)),
          expected(organisation, draft, completionBy(act))
        ])
        yield* expectEqual(withoutOwn(of(imported)), [
          expected(organisation, imported, { ...creationBy(added), to: "COMPLETED" })
        ])
        yield* expectEqual(new Set(events.map(({ id }) => id)).size, 3)
        const [creation, completion] = of(draft).map(({ version }) => version)
        yield* expectEqual(creation !== undefined && completion !== undefined && creation < completion, true)
      }, Effect.scoped)
    )
  },
  {
    name: "a completion behind many other steps is read, however few events are read at once",
    test: Effect.gen(function* () {
      const here = yield* given
      const draft = aDraft("last")
      for (let number = 0; number < 20; number++) yield* store(here.organisation, aDraft(String(number)))
      yield* storingAndCompleting(here, draft)
      const events = yield* drain(here, { count: 1, steps: "completions", limit: 1 })
      yield* expectEqual(
        events.map(({ communication }) => communication),
        [draft.id]
      )
    }).pipe(Effect.scoped, Effect.timeout("30 seconds"))
  },
  {
    name: "while many take steps at once, no event is left out or comes twice, and those of each communication are in order",
    test: Effect.gen(function* () {
      const [here, there] = [yield* given, yield* given]
      const drafts = Array.from({ length: 64 }, (_, index) => aDraft(String(index)))
      const acts = drafts.map((_, index) => ({ ...anAct(), at: DateTime.subtract(noon, { hours: index }) }))
      const writing = Effect.forEach(
        drafts,
        (draft, index) => Effect.delay(storingAndCompleting(here, draft, acts[index]), index % 8),
        { concurrency: 16, discard: true }
      )
      const [, all, completions] = yield* Effect.all(
        [
          writing,
          drain(here, { count: 128, steps: "all", limit: 7 }),
          drain({ ...there, organisation: here.organisation }, { count: 64, steps: "completions", limit: 7 })
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
      yield* expectEqual(yield* read(here, here.one, 0, "all"), [])
    }).pipe(Effect.scoped, Effect.timeout("1 minute"))
  },
  {
    name: "an interrupted step is read if and only if it has happened",
    test: Effect.gen(function* () {
      const here = yield* given
      const { communications, organisation, one } = here
      const happened: Array<string> = []
      for (let turn = 0; turn < 20; turn++) {
        const draft = aDraft(String(turn))
        yield* store(organisation, draft)
        const fiber = yield* Effect.forkChild(completing(here, draft))
        yield* Effect.yieldNow
        if (turn % 2 === 0) yield* Effect.sleep(turn / 4)
        yield* Fiber.interrupt(fiber)
        const found = yield* communications.find(organisation, { _tag: "Id", id: draft.id })
        if (found._tag === "Completed") happened.push(draft.id)
      }
      const last = aDraft("last")
      yield* storingAndCompleting(here, last)
      const recorded = yield* read(here, one, happened.length + 1)
      yield* expectEqual(recorded.map(({ event }) => event.communication).sort(), [...happened, last.id].sort())
    }).pipe(Effect.scoped)
  },
  {
    name: "subscriptions that read together read one order",
    test: Effect.gen(function* () {
      const [here, there] = [yield* given, yield* given]
      const organisation = freshOrganisation()
      yield* Effect.forEach(
        Array.from({ length: 16 }, (_, index) => aDraft(String(index))),
        (draft) => storingAndCompleting({ ...here, organisation }, draft),
        { concurrency: "unbounded", discard: true }
      )
      const recorded = yield* read({ ...here, organisation }, here.one, 32, "all")
      yield* expectEqual(yield* read({ ...there, organisation }, there.one, 32, "all"), recorded)
      yield* settleLast(here, here.one, recorded)
    }).pipe(Effect.scoped)
  }
]
