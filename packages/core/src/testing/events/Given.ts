/** Shared setup of the clauses about events, and reading from subscriptions. */
import { Duration, Effect, Schedule } from "effect"
import type { Communication, Draft } from "../../domain/Communication.ts"
import { type CommunicationEvent, eventOf, type SubscribedSteps } from "../../domain/CommunicationEvent.ts"
import { EventId, type OrganisationId } from "../../domain/Identity.ts"
import { completion } from "../../domain/Steps.ts"
import { Communications } from "../../ports/Communications.ts"
import type { ContactInformations } from "../../ports/ContactInformations.ts"
import { Events, type Holder, type Recorded } from "../../ports/Events.ts"
import type { Clause } from "../Clause.ts"
import { anAct, freshId, freshOrganisation, store } from "../Fixtures.ts"

/** Clauses of `Events`. They also store communications, whose steps are the events. */
export type Clauses = ReadonlyArray<Clause<Events | Communications | ContactInformations>>

/** Opens a subscription that is closed after the test, with two holders and a new organisation. */
export const given = Effect.gen(function* () {
  const [events, communications] = [yield* Events, yield* Communications]
  const subscription = `subscription ${freshId()}`
  const holder = (name: string): Holder => ({ subscription, holder: name + freshId(), lease: Duration.minutes(5) })
  yield* Effect.acquireRelease(events.open(subscription, "now"), () => Effect.ignore(events.close(subscription)))
  return { events, communications, organisation: freshOrganisation(), one: holder("one"), other: holder("other") }
})

/** The setup of a clause. */
export type Given = Effect.Success<typeof given>

/** Completes a stored draft. */
export const completeDraft = ({ communications, organisation }: Given, draft: Draft, act = anAct()) =>
  communications.take(organisation, { _tag: "Id", id: draft.id }, completion, act)

/** Stores a draft, and completes it. */
export const storeAndComplete = (setup: Given, draft: Draft, act = anAct()) =>
  Effect.andThen(store(setup.organisation, draft), completeDraft(setup, draft, act))

const eventsOf = (organisation: OrganisationId, recorded: ReadonlyArray<Recorded>) =>
  recorded.filter(({ event }) => event.organisation === organisation)

/** Returns the next events of the organisation, once there are at least `count`. Settles none. */
export const read = ({ events, organisation }: Given, holder: Holder, count: number, steps?: SubscribedSteps) =>
  events.take(holder, steps ?? "completions", 1_000).pipe(
    Effect.map((recorded) => eventsOf(organisation, recorded)),
    Effect.repeat({ until: (own) => own.length >= count, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("30 seconds")
  )

/** Reads and settles events, at most `limit` at a time, until `count` events of the organisation are read. */
export const drain = Effect.fnUntraced(function* (
  { events, organisation, one }: Given,
  { count, steps, limit }: { readonly count: number; readonly steps: SubscribedSteps; readonly limit: number }
) {
  const seen: Array<CommunicationEvent> = []
  while (seen.length < count) {
    const recorded = yield* events.take(one, steps, limit)
    if (recorded.length > limit) {
      return yield* Effect.die(new Error(`take returned ${recorded.length} events, but the limit is ${limit}`))
    }
    seen.push(...eventsOf(organisation, recorded).map(({ event }) => event))
    yield* events.settle(one, recorded.at(-1)?.position ?? null)
    if (recorded.length === 0) yield* Effect.sleep("5 millis")
  }
  return seen
})

/** Settles all of these events. */
export const settleLast = ({ events }: Given, holder: Holder, recorded: ReadonlyArray<Recorded>) =>
  events.settle(holder, recorded.at(-1)?.position ?? null)

const placeholder = { id: EventId.make(freshId()), version: 0 }

/** The events without the adapter's ids and versions. */
export const withoutIds = (events: ReadonlyArray<CommunicationEvent>): ReadonlyArray<CommunicationEvent> =>
  events.map((event) => ({ ...event, ...placeholder }))

/** The event of a history entry, without the adapter's id and version. */
export const expectedEvent = (
  organisation: OrganisationId,
  communication: Communication,
  entry: Parameters<typeof eventOf>[2]
): CommunicationEvent => eventOf(organisation, communication, entry, placeholder)
