import { Duration, Effect } from "effect"
import { SubscriptionTaken } from "../../domain/errors/index.ts"
import { expectEqual, expectFailure } from "../Clause.ts"
import { aDraft } from "../Fixtures.ts"
import { type Clauses, drain, given, read, settleLast, storingAndCompleting } from "./Given.ts"

/** What `Events` promises of subscriptions: where they begin, where they are, and which holder has them. */
export const subscriptionClauses: Clauses = [
  {
    name: "events that are not settled are read again by the next holder; settled events are not",
    test: Effect.gen(function* () {
      const here = yield* given
      const { events, one, other } = here
      for (const draft of ["1", "2", "3"].map(aDraft)) yield* storingAndCompleting(here, draft)
      const first = yield* read(here, one, 3)
      yield* expectEqual(yield* read(here, one, 3), first)
      yield* settleLast(here, one, first.slice(0, 1))
      yield* events.release(one)
      const second = yield* read(here, other, 2)
      yield* expectEqual(second, first.slice(1))
      yield* settleLast(here, other, second)
      yield* expectEqual(yield* read(here, other, 0), [])
    }).pipe(Effect.scoped)
  },
  {
    name: "one holder has a subscription at a time, until it releases it, or its lease ends",
    test: Effect.gen(function* () {
      const { events, one, other } = yield* given
      const { subscription } = one
      const take = (holder: typeof one) => events.take(holder, "completions", 1)
      yield* take(one)
      const taken = new SubscriptionTaken({ subscription })
      yield* expectFailure(take(other), taken)
      yield* expectFailure(events.settle(other, null), taken)
      yield* events.settle(one, null)
      yield* events.release(other)
      yield* expectFailure(take(other), taken)
      yield* events.release(one)
      yield* take({ ...other, lease: Duration.zero })
      yield* take({ ...one, lease: Duration.zero })
      yield* expectFailure(events.settle(other, null), taken)
      yield* events.settle(one, null)
      yield* expectFailure(take(other), taken)
    }).pipe(Effect.scoped)
  },
  {
    name: "each subscription has its own position; one that is opened again keeps it",
    test: Effect.gen(function* () {
      const [here, there] = [yield* given, yield* given]
      const { organisation, events, one } = here
      yield* storingAndCompleting(here, aDraft())
      const recorded = yield* read(here, one, 1)
      yield* settleLast(here, one, recorded)
      yield* events.open(one.subscription, "beginning")
      yield* expectEqual(yield* read(here, one, 0), [])
      yield* events.open(there.one.subscription, "now")
      yield* expectEqual(yield* read({ ...there, organisation }, there.one, 1), recorded)
    }).pipe(Effect.scoped)
  },
  {
    name: "a new subscription from the beginning reads the whole log; one that was not opened reads nothing",
    test: Effect.gen(function* () {
      const here = yield* given
      const { events, one } = here
      const draft = aDraft()
      yield* storingAndCompleting(here, draft)
      yield* events.close(one.subscription)
      yield* expectEqual(yield* events.take(one, "all", 100), [])
      yield* events.open(one.subscription, "beginning")
      const found = yield* drain(here, { count: 2, steps: "all", limit: 1_000 })
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
    name: "a new subscription from now reads events that are committed after it was opened, not earlier ones",
    test: Effect.gen(function* () {
      const [before, here] = [yield* given, yield* given]
      const { events, one, organisation } = here
      const [early, late] = [aDraft("1"), aDraft("2")]
      yield* storingAndCompleting(here, early)
      yield* read({ ...before, organisation }, before.one, 2, "all")
      yield* events.close(one.subscription)
      yield* storingAndCompleting(here, aDraft("3"))
      yield* events.open(one.subscription, "now")
      yield* storingAndCompleting(here, late)
      const found = yield* read(here, one, 2, "all")
      yield* expectEqual(
        found.map(({ event }) => [event.communication, event.to]),
        [
          [late.id, "DRAFT"],
          [late.id, "COMPLETED"]
        ]
      )
    }).pipe(Effect.scoped)
  }
]
