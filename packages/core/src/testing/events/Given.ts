/** The subscriptions that the clauses begin with, and how they read. */
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

/** Clauses of `Events`, which need communications that take steps. */
export type Clauses = ReadonlyArray<Clause<Events | Communications | ContactInformations>>

/** Two holders of a subscription that ends with the test, and an organisation to watch. */
export const given = Effect.gen(function* () {
  const [events, communications] = [yield* Events, yield* Communications]
  const subscription = `subscription ${freshId()}`
  const holder = (name: string): Holder => ({ subscription, holder: name + freshId(), lease: Duration.minutes(5) })
  yield* Effect.acquireRelease(events.open(subscription, "now"), () => Effect.ignore(events.close(subscription)))
  return { events, communications, organisation: freshOrganisation(), one: holder("one"), other: holder("other") }
})

/** The subscription and the organisation of a clause. */
export type Given = Effect.Success<typeof given>

/** Completes a stored draft. */
export const completing = ({ communications, organisation }: Given, draft: Draft, act = anAct()) =>
  communications.take(organisation, { _tag: "Id", id: draft.id }, completion, act)

/** Stores a draft, and completes it. */
export const storingAndCompleting = (here: Given, draft: Draft, act = anAct()) =>
  Effect.andThen(store(here.organisation, draft), completing(here, draft, act))

const ownOf = (organisation: OrganisationId, recorded: ReadonlyArray<Recorded>) =>
  recorded.filter(({ event }) => event.organisation === organisation)

/** The next events of the organisation, as soon as there are that many. */
export const read = ({ events, organisation }: Given, holder: Holder, count: number, steps?: SubscribedSteps) =>
  events.take(holder, steps ?? "completions", 1_000).pipe(
    Effect.map((recorded) => ownOf(organisation, recorded)),
    Effect.repeat({ until: (own) => own.length >= count, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("30 seconds")
  )

/** Reads and settles, so many at once, until there are that many events of the organisation. */
export const drain = Effect.fnUntraced(function* (
  { events, organisation, one }: Given,
  { count, steps, limit }: { readonly count: number; readonly steps: SubscribedSteps; readonly limit: number }
) {
  const seen: Array<CommunicationEvent> = []
  while (seen.length < count) {
    const recorded = yield* events.take(one, steps, limit)
    if (recorded.length > limit) return yield* Effect.die(new Error(`${recorded.length} events instead of ${limit}`))
    seen.push(...ownOf(organisation, recorded).map(({ event }) => event))
    yield* events.settle(one, recorded.at(-1)?.position ?? null)
    if (recorded.length === 0) yield* Effect.sleep("5 millis")
  }
  return seen
})

/** Settles the last of these events. */
export const settleLast = ({ events }: Given, holder: Holder, recorded: ReadonlyArray<Recorded>) =>
  events.settle(holder, recorded.at(-1)?.position ?? null)

const own = { id: EventId.make(freshId()), version: 0 }

/** The events without ids and versions, which the adapter gives. */
export const withoutOwn = (events: ReadonlyArray<CommunicationEvent>): ReadonlyArray<CommunicationEvent> =>
  events.map((event) => ({ ...event, ...own }))

/** The event of an entry in the history of a communication, without id and version. */
export const expected = (
  organisation: OrganisationId,
  communication: Communication,
  entry: Parameters<typeof eventOf>[2]
): CommunicationEvent => eventOf(organisation, communication, entry, own)
