import { Duration, Effect } from "effect"
import { SubscriptionTaken } from "../../domain/errors/index.ts"
import { EventId } from "../../domain/Identity.ts"
import type { Holder, LogEntry } from "../../ports/Events.ts"
import { expectEqual, expectFailure } from "../Clause.ts"
import { aDraft, freshId, store } from "../Fixtures.ts"
import { type Clauses, completeDraft, type Given, given, read, storeAndComplete } from "./Given.ts"

/** How a handler failed. */
export const failure = { error: "Error: the letter could not be sent", attempts: 3 }

const summary = (recorded: ReadonlyArray<LogEntry>) => recorded.map(({ event }) => [event.number, event.to])

/** Reads the next events, one at a time, and settles each: the numbers of their communications, and their states. */
export const drainAll = Effect.fnUntraced(function* (setup: Given, holder: Holder) {
  const seen: Array<readonly [string, string]> = []
  for (let empty = 0; empty < 3 && seen.length < 10; ) {
    const [entry] = yield* setup.events.claim(holder, "all", 1)
    if (entry === undefined) empty++
    else yield* setup.events.settle(holder, entry.position)
    if (entry?.event.organisation === setup.organisation) seen.push([entry.event.number, entry.event.to])
  }
  return seen
})

/** Stores the draft `one`, which is parked at its creation, and the draft `two`; then completes `one`. */
export const givenParked = Effect.gen(function* () {
  const setup = yield* given
  const { events, organisation, one } = setup
  const drafts = [aDraft("one"), aDraft("two")] as const
  for (const draft of drafts) yield* store(organisation, draft)
  const recorded = yield* read(setup, one, 2, "all")
  for (const entry of recorded) {
    if (entry.event.number === "one") yield* events.park(one, entry, failure)
    else yield* events.settle(one, entry.position)
  }
  yield* completeDraft(setup, drafts[0])
  const [first] = recorded.filter(({ event }) => event.number === "one")
  if (first === undefined) return yield* Effect.die(new Error("the creation of the draft was not read"))
  return { ...setup, drafts, first, id: first.event.id }
})

/** The guarantees of `Events` about events that a subscription parks. */
export const parkingClauses: Clauses = [
  {
    name: "later events of a communication wait after its parked event, for every holder; all others are delivered",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, drafts, one, other } = setup
      yield* completeDraft(setup, drafts[1])
      const recorded = yield* read(setup, one, 1, "all")
      yield* expectEqual(summary(recorded), [["two", "COMPLETED"]])
      yield* events.release(one)
      yield* expectEqual(yield* drainAll(setup, other), [["two", "COMPLETED"]])
      yield* expectEqual(yield* read(setup, other, 0, "all"), [])
    }).pipe(Effect.scoped)
  },
  {
    name: "after retry, a parked event and those after it are delivered in order, each until it is settled",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, drafts, one, other, id, first } = setup
      yield* completeDraft(setup, drafts[1])
      yield* expectEqual(yield* drainAll(setup, one), [["two", "COMPLETED"]])
      yield* expectEqual(yield* events.retry(one.subscription, id), true)
      const recorded = yield* read(setup, one, 2, "all")
      yield* expectEqual(yield* read(setup, one, 2, "all"), recorded)
      yield* expectEqual(yield* events.claim(one, "all", 1), recorded.slice(0, 1))
      yield* expectEqual(yield* events.claim(one, "completions", 2), recorded.slice(1))
      yield* expectEqual(summary(recorded), [
        ["one", "DRAFT"],
        ["one", "COMPLETED"]
      ])
      yield* expectEqual(recorded[0]?.event, first.event)
      yield* events.settle(one, recorded[0]?.position ?? null)
      yield* events.release(one)
      const later = aDraft("three")
      yield* store(setup.organisation, later)
      yield* expectEqual(yield* drainAll(setup, other), [
        ["one", "COMPLETED"],
        ["three", "DRAFT"]
      ])
      yield* events.settle(other, recorded[1]?.position ?? null)
      yield* completeDraft(setup, later)
      yield* expectEqual(yield* drainAll(setup, other), [["three", "COMPLETED"]])
    }).pipe(Effect.scoped)
  },
  {
    name: "after discard, a parked event is not delivered, but those after it are",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, one, id } = setup
      yield* expectEqual(yield* events.discard(one.subscription, id), true)
      yield* expectEqual(yield* drainAll(setup, one), [["one", "COMPLETED"]])
    }).pipe(Effect.scoped)
  },
  {
    name: "retryAll retries every parked event of one subscription, and returns their number",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, drafts, one } = setup
      yield* completeDraft(setup, drafts[1])
      const [entry] = yield* read(setup, one, 1, "all")
      if (entry !== undefined) yield* events.park(one, entry, failure)
      const otherSetup = yield* givenParked
      yield* expectEqual(yield* events.retryAll(one.subscription), 2)
      yield* expectEqual([yield* events.retryAll(one.subscription), yield* events.parked(one.subscription)], [0, []])
      yield* expectEqual((yield* events.parked(otherSetup.one.subscription)).length, 1)
      const delivered = yield* drainAll(setup, one)
      for (const [number, states] of [
        ["one", ["DRAFT", "COMPLETED"]],
        ["two", ["COMPLETED"]]
      ] as const) {
        yield* expectEqual(
          delivered.filter(([of]) => of === number).map(([, state]) => state),
          states
        )
      }
    }).pipe(Effect.scoped)
  },
  {
    name: "an event that is parked again after retry keeps those after it waiting",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, drafts, one, id } = setup
      yield* events.retry(one.subscription, id)
      const [again] = yield* read(setup, one, 1, "all")
      if (again !== undefined) yield* events.park(one, again, { ...failure, attempts: 7 })
      yield* completeDraft(setup, drafts[1])
      yield* expectEqual(yield* drainAll(setup, one), [["two", "COMPLETED"]])
      const parked = yield* events.parked(one.subscription)
      yield* expectEqual(
        parked.map(({ event, attempts }) => [event.id, attempts]),
        [[id, 7]]
      )
      yield* events.retry(one.subscription, id)
      const [third, last] = yield* read(setup, one, 2, "all")
      if (third !== undefined) yield* events.park(one, third, failure)
      yield* events.settle(one, last?.position ?? null)
      yield* events.retry(one.subscription, id)
      yield* expectEqual(yield* drainAll(setup, one), [
        ["one", "DRAFT"],
        ["one", "COMPLETED"]
      ])
    }).pipe(Effect.scoped)
  },
  {
    name: "parked events belong to one subscription, have their error, and can be retried or discarded once",
    test: Effect.gen(function* () {
      const [setup, otherSetup] = [yield* givenParked, yield* given]
      const { events, one, id, first } = setup
      const [parked, ...others] = yield* events.parked(one.subscription)
      yield* expectEqual([parked?.event, parked?.error, parked?.attempts], [first.event, failure.error, 3])
      yield* expectEqual([others, yield* events.parked(otherSetup.one.subscription)], [[], []])
      for (const change of [events.retry, events.discard]) {
        yield* expectEqual(yield* change(otherSetup.one.subscription, id), false)
        yield* expectEqual(yield* change(one.subscription, EventId.make(freshId())), false)
      }
      yield* expectEqual(yield* events.retry(one.subscription, id), true)
      yield* expectEqual(yield* events.parked(one.subscription), [])
      yield* expectEqual(yield* events.discard(one.subscription, id), false)
      yield* events.close(one.subscription)
      yield* events.open(one.subscription, "now")
      yield* expectEqual(yield* read(setup, one, 0, "all"), [])
    }).pipe(Effect.scoped)
  },
  {
    name: "a parked event withholds only those of its communication in its organisation, and only from its subscription",
    test: Effect.gen(function* () {
      for (const steps of ["completions", "all"] as const) {
        const [setup, elsewhere] = [yield* given, yield* given]
        const { events, organisation, one } = setup
        const [draft, second] = [aDraft("one"), aDraft("two")]
        yield* storeAndComplete(setup, draft)
        const [entry] = yield* read(setup, one, 1, steps)
        if (entry === undefined) return
        yield* events.park(one, entry, failure)
        yield* storeAndComplete(setup, second)
        yield* storeAndComplete(elsewhere, draft)
        const numbersIn = (setup: Given, holder: Holder) =>
          Effect.map(read(setup, holder, 1, steps), (recorded) => [
            ...new Set(recorded.map(({ event }) => event.number))
          ])
        yield* expectEqual(yield* numbersIn({ ...setup, organisation: elsewhere.organisation }, one), ["one"])
        yield* expectEqual(yield* numbersIn(setup, one), ["two"])
        const another = { ...elsewhere, organisation }
        yield* expectEqual(yield* numbersIn(another, elsewhere.one), ["one", "two"])
        yield* events.retry(one.subscription, entry.event.id)
        yield* expectEqual(yield* numbersIn(setup, one), ["one"])
        yield* expectEqual(yield* numbersIn(another, elsewhere.one), ["one", "two"])
      }
    }).pipe(Effect.scoped)
  },
  {
    name: "only the holder of the lease can park an event",
    test: Effect.gen(function* () {
      const setup = yield* given
      const { events, organisation, one, other } = setup
      yield* store(organisation, aDraft("one"))
      const [entry] = yield* read(setup, { ...one, lease: Duration.zero }, 1, "all")
      if (entry === undefined) return
      yield* read(setup, other, 1, "all")
      const { subscription } = one
      yield* expectFailure(events.park(one, entry, failure), new SubscriptionTaken({ subscription }))
      yield* expectEqual(yield* events.parked(subscription), [])
      yield* expectEqual(yield* drainAll(setup, other), [["one", "DRAFT"]])
    }).pipe(Effect.scoped)
  }
]
