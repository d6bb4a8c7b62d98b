import { DateTime, Duration, Effect, Fiber, Result, Schedule } from "effect"
import { Completed, complete, type Draft, view } from "../domain/Communication.ts"
import { CommunicationCompleted } from "../domain/CommunicationCompleted.ts"
import { SubscriptionTaken } from "../domain/Errors.ts"
import { EventId } from "../domain/Identity.ts"
import { Communications } from "../ports/Communications.ts"
import type { ContactInformations } from "../ports/ContactInformations.ts"
import { Events, type Holder, type Recorded } from "../ports/Events.ts"
import { type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { aDraft, anAct, freshId, freshOrganisation, noon, store } from "./Fixtures.ts"

const eventId = EventId.make(freshId())
const told = (organisation: CommunicationCompleted["organisation"], draft: Draft, act = anAct()) =>
  new CommunicationCompleted({ id: eventId, payload_version: 1, organisation, communication: draft.id, ...act })

/** The events, their ids apart, which are the adapter's to give. */
const withoutIds = (recorded: ReadonlyArray<Recorded>) =>
  recorded.map(({ event }) => new CommunicationCompleted({ ...event, id: eventId }))

/** Two holders of a subscription that ends with the test, and an organisation to watch. */
const given = Effect.gen(function* () {
  const [events, communications] = [yield* Events, yield* Communications]
  const subscription = `subscription ${freshId()}`
  const holder = (name: string): Holder => ({ subscription, holder: name + freshId(), lease: Duration.minutes(5) })
  yield* Effect.acquireRelease(events.open(subscription, "now"), () => Effect.ignore(events.close(subscription)))
  return { events, communications, organisation: freshOrganisation(), one: holder("one"), other: holder("other") }
})
type Given = Effect.Success<typeof given>

const completing = ({ communications, organisation }: Given, draft: Draft, act = anAct()) =>
  communications.modify(organisation, { _tag: "Id", id: draft.id }, complete, act)

/** Reads what there is of the organisation, once it is as much as is waited for. */
const read = ({ events, organisation }: Given, holder: Holder, count: number) =>
  events.take(holder, 100).pipe(
    Effect.map((recorded) => recorded.filter(({ event }) => event.organisation === organisation)),
    Effect.repeat({ until: (own) => own.length >= count, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("30 seconds")
  )

const settleLast = ({ events }: Given, holder: Holder, recorded: ReadonlyArray<Recorded>) =>
  events.settle(holder, recorded.at(-1)?.position ?? null)

/** Everything that `Events` promises; every adapter is held against it, together with its communications. */
export const eventsContract: ReadonlyArray<Clause<Events | Communications | ContactInformations>> = [
  {
    name: "a completion is told once, as it was; a refusal, a view and what was added are not",
    test: Effect.gen(function* () {
      const here = yield* given
      const { communications, organisation, one } = here
      const [draft, act] = [aDraft("1"), anAct()]
      const { _tag, ...imported } = aDraft("2")
      yield* store(organisation, draft)
      yield* store(organisation, Completed.make({ ...imported, completed_at: noon, completed_by: act.by }))
      yield* communications.modify(organisation, { _tag: "Id", id: draft.id }, view, anAct())
      yield* completing(here, draft, act)
      yield* Effect.flip(completing(here, draft))
      const last = aDraft("3")
      const lastAct = { ...anAct(), request_id: null }
      yield* store(organisation, last)
      yield* completing(here, last, lastAct)
      const recorded = yield* read(here, one, 2)
      yield* expectEqual(withoutIds(recorded), [told(organisation, draft, act), told(organisation, last, lastAct)])
      yield* expectEqual(new Set(recorded.map(({ event }) => event.id)).size, 2)
    }).pipe(Effect.scoped)
  },
  {
    name: "what was not settled is read again, by whoever comes next; what was settled is not",
    test: Effect.gen(function* () {
      const here = yield* given
      const { events, organisation, one, other } = here
      const drafts = ["1", "2", "3"].map(aDraft)
      for (const draft of drafts) {
        yield* store(organisation, draft)
        yield* completing(here, draft)
      }
      const first = yield* read(here, one, 3)
      yield* expectEqual(yield* read(here, one, 3), first)
      yield* settleLast(here, one, first.slice(0, 1))
      yield* events.release(one)
      const second = yield* read(here, other, 2)
      yield* expectEqual(second, first.slice(1))
      yield* settleLast(here, other, second)
      const left = yield* events.take(other, 100)
      yield* expectEqual(
        left.filter(({ event }) => event.organisation === organisation),
        []
      )
    }).pipe(Effect.scoped)
  },
  {
    name: "one holds a subscription at a time, until it lets go, or its lease ends",
    test: Effect.gen(function* () {
      const { events, one, other } = yield* given
      const { subscription } = one
      yield* events.take(one, 1)
      const taken = new SubscriptionTaken({ subscription })
      yield* expectFailure(events.take(other, 1), taken)
      yield* expectFailure(events.settle(other, null), taken)
      yield* events.settle(one, null)
      yield* events.release(other)
      yield* expectFailure(events.take(other, 1), taken)
      yield* events.release(one)
      yield* events.take({ ...other, lease: Duration.zero }, 1)
      yield* events.take({ ...one, lease: Duration.zero }, 1)
      yield* expectFailure(events.settle(other, null), taken)
      yield* events.settle(one, null)
      yield* expectFailure(events.take(other, 1), taken)
    }).pipe(Effect.scoped)
  },
  {
    name: "subscriptions know nothing of each other; one that is opened again stays where it is",
    test: Effect.gen(function* () {
      const [here, there] = [yield* given, yield* given]
      const { organisation, events, one } = here
      const draft = aDraft()
      yield* store(organisation, draft)
      yield* completing(here, draft)
      const recorded = yield* read(here, one, 1)
      yield* settleLast(here, one, recorded)
      yield* events.open(one.subscription, "beginning")
      const own = (yield* events.take(one, 100)).filter(({ event }) => event.organisation === organisation)
      yield* expectEqual(own, [])
      yield* events.open(there.one.subscription, "now")
      yield* expectEqual(yield* read({ ...there, organisation }, there.one, 1), recorded)
    }).pipe(Effect.scoped)
  },
  {
    name: "from the beginning is from the first event that is kept; without a subscription nothing is read",
    test: Effect.gen(function* () {
      const here = yield* given
      const { events, organisation, one } = here
      const draft = aDraft()
      yield* store(organisation, draft)
      yield* completing(here, draft)
      yield* events.close(one.subscription)
      yield* expectEqual(yield* events.take(one, 100), [])
      yield* events.open(one.subscription, "beginning")
      let found = 0
      while (found === 0) {
        const recorded = yield* events.take(one, 100)
        found += recorded.filter(({ event }) => event.communication === draft.id).length
        yield* settleLast(here, one, recorded)
        yield* Effect.sleep("5 millis")
      }
      yield* expectEqual(found, 1)
    }).pipe(Effect.scoped, Effect.timeout("30 seconds"))
  },
  {
    name: "while many are completed at once, nothing is left out, and each communication's events are in order",
    test: Effect.gen(function* () {
      const here = yield* given
      const { communications, events, organisation, one } = here
      const drafts = Array.from({ length: 16 }, (_, index) => aDraft(String(index)))
      for (const draft of drafts) yield* store(organisation, draft)
      const rounds = Array.from({ length: 4 }, (_, hours) => ({ ...anAct(), at: DateTime.add(noon, { hours }) }))
      const writing = Effect.forEach(
        drafts,
        Effect.fnUntraced(function* (draft) {
          for (const act of rounds) {
            yield* completing(here, draft, act)
            yield* communications.modify(
              organisation,
              { _tag: "Id", id: draft.id },
              () => Result.succeed(draft),
              anAct()
            )
          }
        }),
        { concurrency: "unbounded", discard: true }
      )
      const seen: Array<CommunicationCompleted> = []
      const reading = Effect.gen(function* () {
        while (seen.length < 64) {
          const recorded = yield* events.take(one, 7)
          yield* expectEqual(recorded.length <= 7, true)
          seen.push(...recorded.map(({ event }) => event).filter((event) => event.organisation === organisation))
          yield* settleLast(here, one, recorded)
          if (recorded.length === 0) yield* Effect.sleep("5 millis")
        }
      })
      yield* Effect.all([writing, reading], { concurrency: 2 })
      for (const { id } of drafts) {
        const own = seen.filter(({ communication }) => communication === id).map((event) => event.at)
        yield* expectEqual(
          own,
          rounds.map((act) => act.at)
        )
      }
    }).pipe(Effect.scoped, Effect.timeout("1 minute"))
  },
  {
    name: "a completion that is interrupted is told if it has happened, and else is not",
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
      yield* store(organisation, last)
      yield* completing(here, last)
      const recorded = yield* read(here, one, happened.length + 1)
      yield* expectEqual(recorded.map(({ event }) => event.communication).sort(), [...happened, last.id].sort())
    }).pipe(Effect.scoped)
  },
  {
    name: "what is old is removed once every subscription has read it",
    test: Effect.gen(function* () {
      const [here, there] = [yield* given, yield* given]
      const { events, organisation, one } = here
      const [old, recent] = [aDraft("1"), aDraft("2")]
      const longAgo = DateTime.makeUnsafe("1999-12-31T00:00:00Z")
      yield* store(organisation, old)
      yield* store(organisation, recent)
      yield* completing(here, old, { ...anAct(), at: longAgo })
      yield* completing(here, recent)
      yield* settleLast(here, one, yield* read(here, one, 2))
      const prune = events.prune(DateTime.add(longAgo, { days: 1 }))
      yield* expectEqual(yield* prune, 0)
      yield* settleLast(there, there.one, yield* read({ ...there, organisation }, there.one, 2))
      yield* expectEqual(yield* prune, 1)
      yield* expectEqual(yield* prune, 0)
    }).pipe(Effect.scoped)
  }
]
