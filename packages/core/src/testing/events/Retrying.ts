import { Duration, Effect } from "effect"
import { SubscriptionTaken } from "../../domain/errors/index.ts"
import { EventId } from "../../domain/Identity.ts"
import type { Holder, LogEntry } from "../../ports/Events.ts"
import { expectEqual, expectFailure } from "../Clause.ts"
import { completedBy } from "../communications/Given.ts"
import { aDraft, anAct, freshId, store } from "../Fixtures.ts"
import { type Clauses, completeDraft, given, read } from "./Given.ts"
import { drainAll, failure, givenParked } from "./Parking.ts"

/** The guarantees of `Events` about what a retried event does not change. */
export const retryingClauses: Clauses = [
  {
    name: "what happens to a parked event concerns one communication, organisation and subscription, also of one holder",
    test: Effect.gen(function* () {
      const [setup, elsewhere] = [yield* given, yield* given]
      const { events, organisation, one } = setup
      const two: Holder = { ...one, subscription: elsewhere.one.subscription }
      const [ours, another] = [aDraft("ours"), aDraft("another")]
      const theirs: typeof ours = { ...ours, number: aDraft("theirs").number }
      const numbers: ReadonlyArray<string> = ["ours", "another", "theirs", "later", "last"]
      const isOwn = ({ event }: LogEntry) =>
        (event.organisation === organisation || event.organisation === elsewhere.organisation) &&
        numbers.includes(event.number)
      const parkedNumbers = (holder: Holder) =>
        Effect.map(events.parked(holder.subscription), (parked) => parked.map(({ event }) => event.number).sort())
      /** Reads and settles one event after the other: what became of each communication, in order. */
      const delivered = Effect.fnUntraced(function* (holder: Holder) {
        const found: Record<string, ReadonlyArray<string>> = {}
        for (let empty = 0; empty < 3; ) {
          const [entry] = yield* events.claim(holder, "all", 1)
          if (entry === undefined) empty++
          else yield* events.settle(holder, entry.position)
          if (entry !== undefined && isOwn(entry)) {
            const stored = [ours, another, theirs].find(({ number }) => number === entry.event.number)
            yield* expectEqual(entry.event.communication, stored?.id ?? entry.event.communication)
            yield* expectEqual(entry.event.organisation === organisation, entry.event.number !== "theirs")
            found[entry.event.number] = [...(found[entry.event.number] ?? []), entry.event.to]
          }
        }
        return found
      })

      for (const [owner, draft] of [
        [organisation, ours],
        [organisation, another],
        [elsewhere.organisation, theirs]
      ] as const) {
        yield* store(owner, draft)
      }
      for (const holder of [one, two]) {
        const recorded = yield* events.claim(holder, "all", 1_000).pipe(
          Effect.map((entries) => entries.filter(isOwn)),
          Effect.repeat({ until: ({ length }) => length === 3 })
        )
        for (const entry of recorded) yield* events.park(holder, entry, failure)
        const parked = yield* events.parked(holder.subscription)
        for (const { event } of recorded) {
          yield* expectEqual(parked.find(({ event: { id } }) => id === event.id)?.event, event)
        }
      }
      yield* completeDraft(elsewhere, theirs)
      for (const holder of [one, two]) yield* expectEqual(yield* delivered(holder), {})

      const retry = Effect.fnUntraced(function* (holder: Holder, number: string) {
        const parked = yield* events.parked(holder.subscription)
        const id = parked.find(({ event }) => event.number === number)?.event.id ?? EventId.make(freshId())
        yield* expectEqual(yield* events.retry(holder.subscription, id), true)
      })
      for (const number of ["ours", "theirs"]) yield* retry(one, number)
      yield* retry(two, "ours")
      yield* expectEqual((yield* events.claim(one, "all", 1)).length, 1)
      const both = ["DRAFT", "COMPLETED"]
      yield* expectEqual(yield* delivered(one), { ours: ["DRAFT"], theirs: both })
      yield* expectEqual(yield* parkedNumbers(one), ["another"])
      yield* expectEqual(yield* parkedNumbers(two), ["another", "theirs"])
      yield* store(organisation, aDraft("later"))
      yield* expectEqual(yield* delivered(one), { later: ["DRAFT"] })
      for (const draft of [ours, another]) yield* completeDraft(setup, draft)
      yield* retry(one, "another") // before its completion is read
      yield* expectEqual((yield* events.claim(one, "all", 10)).length, 1)
      yield* expectEqual(yield* delivered(one), { another: both, ours: ["COMPLETED"] })
      yield* store(organisation, aDraft("last"))
      yield* expectEqual((yield* events.claim(one, "completions", 1)).filter(isOwn), [])
      yield* expectEqual(yield* delivered(two), { ours: both, later: ["DRAFT"], last: ["DRAFT"] })
    }).pipe(Effect.scoped)
  },
  {
    name: "a creation that was parked withholds the completion from a subscription that now reads completions only",
    test: Effect.gen(function* () {
      const [setup, elsewhere] = [yield* given, yield* given]
      const { events, organisation, one } = setup
      const two: Holder = { ...one, subscription: elsewhere.one.subscription }
      const draft = aDraft("one")
      yield* store(organisation, draft)
      yield* store(organisation, completedBy(aDraft("imported"), anAct()))
      const recorded = yield* read(setup, one, 2, "all")
      for (const holder of [one, two])
        for (const entry of yield* read(setup, holder, 2, "all")) yield* events.park(holder, entry, failure)
      yield* events.retryAll(two.subscription)
      const idOf = (number: string) =>
        recorded.find(({ event }) => event.number === number)?.event.id ?? EventId.make(freshId())
      yield* events.retry(one.subscription, idOf("imported"))
      yield* expectEqual(yield* read(setup, one, 0), [])
      const parked = yield* events.parked(one.subscription)
      yield* expectEqual(
        parked.map(({ event }) => event.id),
        [idOf("one")]
      )
      yield* completeDraft(setup, draft)
      yield* expectEqual(yield* read(setup, one, 0), [])
      yield* events.retry(one.subscription, idOf("one"))
      const delivered = yield* read(setup, one, 1)
      yield* expectEqual(
        delivered.map(({ event }) => [event.number, event.from, event.to]),
        [["one", "DRAFT", "COMPLETED"]]
      )
      // Another subscription of the holder, to all steps, keeps what it retries.
      const retried = [...(yield* drainAll(setup, two))].sort()
      yield* expectEqual(retried, [
        ["imported", "COMPLETED"],
        ["one", "COMPLETED"],
        ["one", "DRAFT"]
      ])
    }).pipe(Effect.scoped)
  },
  {
    name: "only the holder of the lease can settle a parked event that is retried",
    test: Effect.gen(function* () {
      const setup = yield* givenParked
      const { events, one, other, id } = setup
      yield* events.retry(one.subscription, id)
      const [entry] = yield* read(setup, { ...one, lease: Duration.zero }, 1, "all")
      yield* read(setup, other, 1, "all")
      const { subscription } = one
      yield* expectFailure(events.settle(one, entry?.position ?? null), new SubscriptionTaken({ subscription }))
      yield* expectEqual(yield* drainAll(setup, other), [
        ["one", "DRAFT"],
        ["one", "COMPLETED"]
      ])
    }).pipe(Effect.scoped)
  }
]
