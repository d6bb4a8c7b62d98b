import {
  type CommunicationEvent,
  CommunicationId,
  CommunicationNumber,
  Communications,
  ContactInformations,
  completion,
  EventId,
  Events,
  type Recorded
} from "@communications/core"
import { freshId } from "@communications/core/testing"
import { Context, Duration, Effect } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const events = faulty(Events)

const completionClause = "Events: a completion is read once; a refused step, a view and an added communication are not"
const allClause =
  "Events: all steps are read with every member as it was: an added communication first, then its completion"
const behindClause = "Events: a completion behind many other steps is read, however few events are read at once"
const orderClause =
  "Events: while many take steps at once, no event is left out or comes twice, and those of each communication are in order"
const settledClause = "Events: events that are not settled are read again by the next holder; settled events are not"
const heldClause = "Events: one holder has a subscription at a time, until it releases it, or its lease ends"
const ownClause = "Events: each subscription has its own position; one that is opened again keeps it"
const beginningClause =
  "Events: a new subscription from the beginning reads the whole log; one that was not opened reads nothing"
const nowClause =
  "Events: a new subscription from now reads events that are committed after it was opened, not earlier ones"

/** Events that are read in another form than the sound adapter has recorded them in. */
const reading = (
  how: string,
  clause: string,
  change: (event: CommunicationEvent, position: string) => CommunicationEvent
) =>
  events(how, clause, (sound) => ({
    take: (holder, steps, limit) =>
      Effect.map(sound.take(holder, steps, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: change(event, position), position }))
      )
  }))

/** The newest event of each communication first. */
const newestFirst = (recorded: ReadonlyArray<Recorded>) => {
  const read = new Map<string, ReadonlyArray<CommunicationEvent>>()
  for (const { event } of recorded) {
    read.set(event.communication, [event, ...(read.get(event.communication) ?? [])])
  }
  return recorded.map(({ event, position }) => {
    const [next = event, ...others] = read.get(event.communication) ?? []
    read.set(event.communication, others)
    return { event: next, position }
  })
}

/** Adapters of events, or of communications that should record them, each with a fault. */
export const brokenEvents = [
  events("forgets the event", completionClause, (_, elsewhere) => Context.get(elsewhere, Events)),
  reading("has the time of reading", completionClause, (event) => ({ ...event, at: "1970-01-01T00:00:00.000Z" })),
  reading("forgets the request", completionClause, (event) => ({ ...event, request_id: null })),
  communications("records a refused completion", completionClause, (sound) => ({
    take: (organisation, identifier, step, act) =>
      Effect.tapError(sound.take(organisation, identifier, step, act), () =>
        Effect.gen(function* () {
          const found = yield* sound.find(organisation, identifier)
          const id = CommunicationId.make(freshId())
          const { completed_at: _, completed_by: __, ...draft } = { completed_at: 0, completed_by: 0, ...found }
          const twin = { ...draft, _tag: "Draft" as const, id, number: CommunicationNumber.make(freshId()) }
          yield* sound.add(organisation, twin, act)
          yield* sound.take(organisation, { _tag: "Id", id }, completion, act)
        }).pipe(Effect.ignore)
      )
  })),
  events("reads creations among the completions", completionClause, (sound) => ({
    take: (holder, _, limit) => sound.take(holder, "all", limit)
  })),
  events("reads completions only, of all steps", allClause, (sound) => ({
    take: (holder, _, limit) => sound.take(holder, "completions", limit)
  })),
  reading("has the same version at each step", allClause, (event) => ({ ...event, version: 1 })),
  reading("has another medium", allClause, (event) => ({ ...event, media: "SMS" })),
  reading("has another number", allClause, (event) => ({ ...event, number: CommunicationNumber.make("1") })),
  reading("records an added communication as a draft", allClause, (event) =>
    event.from === null ? { ...event, to: "DRAFT" } : event
  ),
  communications(
    "records the event in a second transaction",
    "Events: an interrupted step is read if and only if it has happened",
    (logged, elsewhere) => {
      const sound = Context.get(elsewhere, Communications)
      const contacts = Context.get(elsewhere, ContactInformations)
      return {
        ...sound,
        add: (organisation, communication, act) =>
          Effect.ignore(contacts.add(organisation, communication.contact_information)).pipe(
            Effect.andThen(sound.add(organisation, communication, act)),
            Effect.tap(() => logged.add(organisation, communication, act))
          ),
        take: (organisation, identifier, step, act) =>
          sound.take(organisation, identifier, step, act).pipe(
            Effect.tap(() => Effect.sleep("1 millis")),
            Effect.tap(() => logged.take(organisation, identifier, step, act))
          )
      }
    }
  ),
  events("selects the steps after it has cut to the limit", behindClause, (sound) => ({
    take: (holder, steps, limit) =>
      Effect.map(sound.take(holder, "all", limit), (recorded) =>
        recorded.filter(({ event }) => steps === "all" || event.from !== null)
      )
  })),
  events(
    "reads for each second subscription in reverse",
    "Events: subscriptions that read together read one order",
    (sound) => {
      const subscriptions: Array<string> = []
      return {
        open: (subscription, from) => {
          subscriptions.push(subscription)
          return sound.open(subscription, from)
        },
        take: (holder, steps, limit) =>
          Effect.map(sound.take(holder, steps, limit), (recorded) =>
            subscriptions.indexOf(holder.subscription) % 2 === 0 ? recorded : recorded.toReversed()
          )
      }
    }
  ),
  events("gives an event another id each time", settledClause, (sound) => ({
    take: (holder, steps, limit) =>
      Effect.map(sound.take(holder, steps, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: { ...event, id: EventId.make(freshId()) }, position }))
      )
  })),
  events("reads an event twice after it was settled", settledClause, (sound) => ({
    settle: (holder, position) => sound.settle(holder, position === null ? null : String(Number(position) - 1))
  })),
  events("settles the events that it has returned", settledClause, (sound) => ({
    take: (holder, steps, limit) =>
      Effect.tap(sound.take(holder, steps, limit), (recorded) =>
        sound.settle(holder, recorded.at(-1)?.position ?? null)
      )
  })),
  events("gives one subscription to two holders", heldClause, (sound) => ({
    take: (holder, steps, limit) => sound.take({ ...holder, holder: "any" }, steps, limit),
    settle: (holder, position) => sound.settle({ ...holder, holder: "any" }, position)
  })),
  events("releases only when the lease ends", heldClause, () => ({ release: () => Effect.void })),
  events("releases for any holder", heldClause, (sound) => {
    let last = ""
    return {
      take: (holder, steps, limit) =>
        Effect.tap(sound.take(holder, steps, limit), () => Effect.sync(() => (last = holder.holder))),
      release: (holder) => sound.release({ ...holder, holder: last })
    }
  }),
  events("never ends a lease", heldClause, (sound) => ({
    take: (holder, steps, limit) => sound.take({ ...holder, lease: Duration.days(1) }, steps, limit)
  })),
  events("does not renew the lease", heldClause, (sound) => ({
    settle: (holder, position) => sound.settle({ ...holder, lease: Duration.zero }, position)
  })),
  events("begins anew when a subscription is opened again", ownClause, (sound) => ({
    open: (subscription, from) => Effect.andThen(sound.close(subscription), sound.open(subscription, from))
  })),
  events("has one position for all subscriptions", ownClause, (sound) => {
    const all = { subscription: "all" }
    return {
      open: (_, from) => sound.open(all.subscription, from),
      take: (holder, steps, limit) => sound.take({ ...holder, ...all, holder: "all" }, steps, limit),
      settle: (holder, position) => sound.settle({ ...holder, ...all, holder: "all" }, position)
    }
  }),
  events("opens a subscription that it is asked to read", beginningClause, (sound) => ({
    take: (holder, steps, limit) =>
      Effect.andThen(sound.open(holder.subscription, "beginning"), sound.take(holder, steps, limit))
  })),
  events("begins from now instead of the beginning", beginningClause, (sound) => ({
    open: (subscription) => sound.open(subscription, "now")
  })),
  events("begins at the beginning instead of now", nowClause, (sound) => ({
    open: (subscription) => sound.open(subscription, "beginning")
  })),
  events("begins at the position of the reader that is furthest", nowClause, (sound) => {
    const log = { subscription: "log", holder: "log", lease: Duration.minutes(1) }
    let furthest: string | null = null
    return {
      open: (subscription, from) =>
        Effect.andThen(
          sound.open(subscription, "beginning"),
          Effect.suspend(() => {
            if (from === "beginning") return Effect.void
            const holder = { ...log, subscription }
            return sound.take(holder, "all", 1).pipe(
              Effect.andThen(sound.settle(holder, furthest)),
              Effect.andThen(sound.release(holder)),
              Effect.catchTag("SubscriptionTaken", () => Effect.void)
            )
          })
        ),
      take: (holder, steps, limit) =>
        Effect.tap(sound.take(holder, steps, limit), (recorded) =>
          Effect.sync(() => (furthest = recorded.at(-1)?.position ?? furthest))
        )
    }
  }),
  events("reads more than the limit", orderClause, (sound) => ({
    take: (holder, steps, limit) => sound.take(holder, steps, limit + 1)
  })),
  events("passes over an event that commits late", orderClause, (sound) => {
    const late = new Set<string>()
    return {
      take: (holder, steps, limit) =>
        Effect.map(sound.take(holder, steps, limit), (recorded) => {
          const first = recorded.at(0)
          if (first === undefined || recorded.length === 1 || late.has(first.position)) return recorded
          late.add(first.position)
          return recorded.slice(1)
        })
    }
  }),
  events("reads the newest first", orderClause, (sound) => ({
    take: (holder, steps, limit) => Effect.map(sound.take(holder, steps, limit), newestFirst)
  })),
  events("reads an event again behind those that follow", orderClause, (sound) => {
    let first: Recorded | undefined
    return {
      take: (holder, steps, limit) =>
        Effect.map(sound.take(holder, steps, limit), (recorded) => {
          if (first !== undefined && recorded.length === 0) return [first]
          first ??= recorded[0]
          return recorded
        })
    }
  })
]
