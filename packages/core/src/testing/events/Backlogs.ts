import { DateTime, Duration, Effect } from "effect"
import { Events, mostBacklogs } from "../../ports/Events.ts"
import { expectEqual } from "../Clause.ts"
import { aDraft, anAct, freshId, freshOrganisation, store } from "../Fixtures.ts"
import { type Clauses, given, read } from "./Given.ts"
import { failure } from "./Parking.ts"

/** The guarantees of `Events` about how far subscriptions are behind. */
export const backlogClauses: Clauses = [
  {
    name: "a backlog is the age of the first step after the position of a subscription, and the number of its parked events",
    test: Effect.gen(function* () {
      const now = yield* DateTime.now
      yield* store(freshOrganisation(), aDraft("earlier"), { ...anAct(), at: DateTime.subtract(now, { hours: 5 }) })
      const [setup, elsewhere] = [yield* given, yield* given]
      const { events, organisation, one } = setup
      const backlog = Effect.map(events.backlogs, (backlogs) => {
        const [found] = backlogs.filter(({ subscription }) => subscription === one.subscription)
        return found === undefined ? undefined : [Math.round(Duration.toHours(found.lag)), found.parked]
      })
      yield* expectEqual(yield* backlog, [0, 0])
      yield* store(organisation, aDraft("one"), { ...anAct(), at: DateTime.subtract(now, { hours: 3 }) })
      // Of steps that no subscription has read, any may be the first.
      yield* store(organisation, aDraft("two"), { ...anAct(), at: DateTime.subtract(now, { hours: 3 }) })
      yield* expectEqual(yield* backlog, [3, 0])
      const [first, second] = yield* read(setup, one, 2, "all")
      yield* expectEqual(yield* backlog, [3, 0])
      if (first !== undefined) yield* events.park(one, first, failure)
      const [parkedElsewhere] = yield* read({ ...setup, one: elsewhere.one }, elsewhere.one, 2, "all")
      if (parkedElsewhere !== undefined) yield* events.park(elsewhere.one, parkedElsewhere, failure)
      yield* events.settle(one, second?.position ?? null)
      yield* expectEqual(yield* backlog, [0, 1])
      yield* events.retryAll(one.subscription)
      yield* expectEqual(yield* backlog, [0, 0])
    }).pipe(Effect.scoped)
  },
  {
    name: "of more backlogs than the largest number, those of the first subscriptions by name are returned, in that order",
    test: Effect.gen(function* () {
      const events = yield* Events
      // After the names of all other subscriptions, which tests at the same time may look for.
      const prefix = `~${freshId()} `
      const own = Array.from({ length: mostBacklogs + 1 }, (_, index) => `${prefix}${index}`).toReversed()
      yield* Effect.forEach(own, (subscription) =>
        Effect.acquireRelease(events.open(subscription, "beginning"), () => Effect.ignore(events.close(subscription)))
      )
      const found = (yield* events.backlogs).map(({ subscription }) => subscription)
      yield* expectEqual(found, found.toSorted())
      yield* expectEqual(found.length, mostBacklogs)
      const others = own.filter((subscription) => !found.includes(subscription))
      yield* expectEqual([...found, ...others.toSorted()], [...found, ...others].toSorted())
    }).pipe(Effect.scoped)
  }
]
