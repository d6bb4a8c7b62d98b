import { Duration, Effect } from "effect"
import { SubscriptionTaken } from "../../domain/errors/index.ts"
import { differentClocks, expectEqual, expectFailure } from "../Clause.ts"
import { aDraft, store } from "../Fixtures.ts"
import { type Clauses, completeDraft, drain, given, read, settleLast, storeAndComplete } from "./Given.ts"

/** The guarantees of `Events` about subscriptions: their start, their position and their lease. */
export const subscriptionClauses: Clauses = [
  {
    name: "the next holder reads unsettled events again, but no settled ones",
    test: Effect.gen(function* () {
      const setup = yield* given
      const { events, one, other } = setup
      for (const draft of ["1", "2", "3"].map(aDraft)) yield* storeAndComplete(setup, draft)
      const first = yield* read(setup, one, 3)
      yield* expectEqual(yield* read(setup, one, 3), first)
      yield* settleLast(setup, one, first.slice(0, 1))
      yield* events.release(one)
      const second = yield* read(setup, other, 2)
      yield* expectEqual(second, first.slice(1))
      yield* settleLast(setup, other, second)
      yield* expectEqual(yield* read(setup, other, 0), [])
    }).pipe(Effect.scoped)
  },
  {
    name: "one holder has a subscription at a time, until it releases it or its lease expires",
    test: Effect.gen(function* () {
      for (const steps of ["completions", "all"] as const) {
        const { events, one, other } = yield* given
        const { subscription } = one
        const claim = (holder: typeof one) => events.claim(holder, steps, 1)
        yield* claim(one)
        const leased = new SubscriptionTaken({ subscription })
        yield* expectFailure(claim(other), leased)
        yield* expectFailure(events.settle(other, null), leased)
        yield* events.settle(one, null)
        yield* events.release(other)
        yield* expectFailure(claim(other), leased)
        yield* events.release(one)
        yield* claim({ ...other, lease: Duration.zero })
        yield* claim({ ...one, lease: Duration.zero })
        yield* expectFailure(events.settle(other, null), leased)
        yield* events.settle(one, null)
        yield* expectFailure(claim(other), leased)
      }
    }).pipe(Effect.scoped)
  },
  {
    name: "servers whose clocks differ agree on the holder of a subscription",
    test: Effect.gen(function* () {
      const { events, one, other } = yield* given
      const clocks = yield* differentClocks
      const leased = new SubscriptionTaken({ subscription: one.subscription })
      for (const [here, there] of clocks.flatMap((here) => clocks.map((there) => [here, there] as const))) {
        yield* here(events.claim(one, "completions", 1))
        yield* expectFailure(there(events.claim(other, "completions", 1)), leased)
        yield* expectFailure(there(events.settle(other, null)), leased)
        yield* here(events.settle({ ...one, lease: Duration.zero }, null))
        yield* there(events.claim({ ...other, lease: Duration.zero }, "completions", 1))
      }
    }).pipe(Effect.scoped)
  },
  {
    name: "each subscription has its own position, and keeps it when it is opened again",
    test: Effect.gen(function* () {
      const [setup, otherSetup] = [yield* given, yield* given]
      const { organisation, events, one } = setup
      yield* storeAndComplete(setup, aDraft())
      const recorded = yield* read(setup, one, 1)
      yield* settleLast(setup, one, recorded)
      yield* events.open(one.subscription, "beginning")
      yield* expectEqual(yield* read(setup, one, 0), [])
      yield* events.open(otherSetup.one.subscription, "now")
      yield* expectEqual(yield* read({ ...otherSetup, organisation }, otherSetup.one, 1), recorded)
    }).pipe(Effect.scoped)
  },
  {
    name: "a holder of two subscriptions settles, parks and releases each by itself",
    test: Effect.gen(function* () {
      const [setup, another] = [yield* given, yield* given]
      const { events, organisation, one } = setup
      const twin = { ...one, subscription: another.one.subscription }
      for (const draft of ["1", "2", "3", "4"].map(aDraft)) yield* store(organisation, draft)
      yield* storeAndComplete(setup, aDraft("5"))
      const [completed] = yield* read(setup, one, 1)
      yield* events.settle(one, completed?.position ?? null)
      const all = yield* read(setup, twin, 6, "all")
      if (completed !== undefined) yield* events.park(one, completed, { error: "Error: it failed", attempts: 1 })
      yield* expectEqual(yield* read(setup, twin, 6, "all"), all)
      yield* events.release(one)
      yield* expectFailure(
        events.claim(another.other, "all", 1),
        new SubscriptionTaken({ subscription: twin.subscription })
      )
    }).pipe(Effect.scoped)
  },
  {
    name: "a subscription from the beginning reads the whole log; a subscription that is not open reads nothing",
    test: Effect.gen(function* () {
      const [setup, another] = [yield* given, yield* given]
      const { events, one, organisation } = setup
      const draft = aDraft()
      yield* storeAndComplete(setup, draft)
      yield* events.close(one.subscription)
      yield* expectEqual(yield* events.claim(one, "all", 100), [])
      yield* events.release(one)
      yield* expectFailure(events.settle(one, null), new SubscriptionTaken({ subscription: one.subscription }))
      yield* read({ ...another, organisation }, another.one, 2, "all")
      yield* events.open(one.subscription, "beginning")
      const found = yield* drain(setup, { count: 2, steps: "all", limit: 1_000 })
      yield* expectEqual(
        found.map(({ communication, to }) => [communication, to]),
        [
          [draft.id, "DRAFT"],
          [draft.id, "COMPLETED"]
        ]
      )
    }).pipe(Effect.scoped, Effect.timeout("30 seconds"))
  },
  {
    name: "a subscription from now reads only events committed after it was opened",
    test: Effect.gen(function* () {
      const [before, setup] = [yield* given, yield* given]
      const { events, one, organisation } = setup
      const [early, late, old] = [aDraft("1"), aDraft("2"), aDraft("4")]
      yield* storeAndComplete(setup, early)
      yield* read({ ...before, organisation }, before.one, 2, "all")
      yield* events.close(one.subscription)
      yield* storeAndComplete(setup, aDraft("3"))
      yield* store(organisation, old)
      yield* events.open(one.subscription, "now")
      yield* storeAndComplete(setup, late)
      yield* completeDraft(setup, old)
      // Another subscription also reads the earlier events.
      yield* drain({ ...before, organisation }, { count: 8, steps: "all", limit: 1_000 })
      const found = yield* read(setup, one, 3, "all")
      const stepsOf = ({ id }: typeof old) =>
        found.filter(({ event }) => event.communication === id).map(({ event }) => event.to)
      yield* expectEqual([stepsOf(late), stepsOf(old), found.length], [["DRAFT", "COMPLETED"], ["COMPLETED"], 3])
      const completions = yield* read(setup, one, 2)
      yield* expectEqual(
        completions,
        found.filter(({ event }) => event.to === "COMPLETED")
      )
    }).pipe(Effect.scoped)
  }
]
