import {
  type CommunicationEvent,
  CommunicationId,
  CommunicationNumber,
  Communications,
  ContactInformations,
  completion,
  EventId,
  Events,
  type LogEntry
} from "@communications/core"
import { freshId } from "@communications/core/testing"
import { Clock, Context, Duration, Effect } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const events = faulty(Events)

const completionClause =
  "Events: each completion is read once; refused steps, views and added communications are not read"
const allClause =
  "Events: a subscription to all steps reads the creation and then the completion, with every member unchanged"
const laterClause = "Events: a completion after many other steps is read, even one event at a time"
const orderClause =
  "Events: during concurrent steps no event is skipped or repeated, and each communication has its events in order"
const settledClause = "Events: the next holder reads unsettled events again, but no settled ones"
const leaseClause = "Events: one holder has a subscription at a time, until it releases it or its lease expires"
const twoClause = "Events: a holder of two subscriptions settles, parks and releases each by itself"
const clocksClause = "Events: servers whose clocks differ agree on the holder of a subscription"
const positionClause = "Events: each subscription has its own position, and keeps it when it is opened again"
const beginningClause =
  "Events: a subscription from the beginning reads the whole log; a subscription that is not open reads nothing"
const nowClause = "Events: a subscription from now reads only events committed after it was opened"

/** An adapter that changes each event when it is read. */
const changing = (
  how: string,
  clause: string,
  change: (event: CommunicationEvent, position: string) => CommunicationEvent
) =>
  events(how, clause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.map(sound.claim(holder, steps, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: change(event, position), position }))
      )
  }))

/** Reverses the events of each communication. */
const newestFirst = (recorded: ReadonlyArray<LogEntry>) => {
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

/** Adapters of `Events`, or of `Communications`, which records the events, each with a fault. */
export const brokenEvents = [
  events("loses the event", completionClause, (_, elsewhere) => Context.get(elsewhere, Events)),
  changing("has another time than the step", completionClause, (event) => ({
    ...event,
    at: "1970-01-01T00:00:00.000Z"
  })),
  changing("loses the request id", completionClause, (event) => ({ ...event, request_id: null })),
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
  events("reads creations in a subscription to completions", completionClause, (sound) => ({
    claim: (holder, _, limit) => sound.claim(holder, "all", limit)
  })),
  events("reads only completions in a subscription to all steps", allClause, (sound) => ({
    claim: (holder, _, limit) => sound.claim(holder, "completions", limit)
  })),
  changing("has the same version at each step", allClause, (event) => ({ ...event, version: 1 })),
  changing("has another medium", allClause, (event) => ({ ...event, media: "SMS" })),
  changing("has another number", allClause, (event) => ({ ...event, number: CommunicationNumber.make("1") })),
  changing("records an added communication as a draft", allClause, (event) =>
    event.from === null ? { ...event, to: "DRAFT" } : event
  ),
  communications(
    "records the event in a second transaction",
    "Events: an interrupted step is read if and only if it was committed",
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
  events("filters the steps after it has applied the limit", laterClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.map(sound.claim(holder, "all", limit), (recorded) =>
        recorded.filter(({ event }) => steps === "all" || event.from !== null)
      )
  })),
  events(
    "reads the log in reverse for every second subscription",
    "Events: two subscriptions read committed events in the same order",
    (sound) => {
      const subscriptions: Array<string> = []
      return {
        open: (subscription, from) => {
          subscriptions.push(subscription)
          return sound.open(subscription, from)
        },
        claim: (holder, steps, limit) =>
          Effect.map(sound.claim(holder, steps, limit), (recorded) =>
            subscriptions.indexOf(holder.subscription) % 2 === 0 ? recorded : recorded.toReversed()
          )
      }
    }
  ),
  events("changes the id of an event at each read", settledClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.map(sound.claim(holder, steps, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: { ...event, id: EventId.make(freshId()) }, position }))
      )
  })),
  events("reads a settled event again", settledClause, (sound) => ({
    settle: (holder, position) => sound.settle(holder, position === null ? null : String(Number(position) - 1))
  })),
  events("settles events when it returns them", settledClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.tap(sound.claim(holder, steps, limit), (recorded) =>
        sound.settle(holder, recorded.at(-1)?.position ?? null)
      )
  })),
  events("leases one subscription to two holders", leaseClause, (sound) => ({
    claim: (holder, steps, limit) => sound.claim({ ...holder, holder: "any" }, steps, limit),
    settle: (holder, position) => sound.settle({ ...holder, holder: "any" }, position)
  })),
  events("ignores release until the lease expires", leaseClause, () => ({ release: () => Effect.void })),
  events("releases for any holder", leaseClause, (sound) => {
    let last = ""
    return {
      claim: (holder, steps, limit) =>
        Effect.tap(sound.claim(holder, steps, limit), () => Effect.sync(() => (last = holder.holder))),
      release: (holder) => sound.release({ ...holder, holder: last })
    }
  }),
  events("releases every subscription of a holder", twoClause, (sound) => {
    const opened: Array<string> = []
    return {
      open: (subscription, from) => {
        opened.push(subscription)
        return sound.open(subscription, from)
      },
      release: (holder) =>
        Effect.forEach(opened, (subscription) => sound.release({ ...holder, subscription }), { discard: true })
    }
  }),
  events("lets a lease expire too late", leaseClause, (sound) => ({
    claim: (holder, steps, limit) => sound.claim({ ...holder, lease: Duration.days(1) }, steps, limit)
  })),
  events("ends a lease by the clock of the process", clocksClause, (sound) => {
    let [end, last] = [Number.POSITIVE_INFINITY, ""]
    return {
      claim: Effect.fnUntraced(function* (holder, steps, limit) {
        const now = yield* Clock.currentTimeMillis
        if (end <= now) yield* sound.release({ ...holder, holder: last })
        const claimed = yield* sound.claim(holder, steps, limit)
        ;[end, last] = [now + Duration.toMillis(holder.lease), holder.holder]
        return claimed
      })
    }
  }),
  events("does not renew the lease", leaseClause, (sound) => ({
    settle: (holder, position) => sound.settle({ ...holder, lease: Duration.zero }, position)
  })),
  events("resets the position when a subscription is opened again", positionClause, (sound) => ({
    open: (subscription, from) => Effect.andThen(sound.close(subscription), sound.open(subscription, from))
  })),
  events("has one position for all subscriptions", positionClause, (sound) => {
    const all = { subscription: "all" }
    return {
      open: (_, from) => sound.open(all.subscription, from),
      claim: (holder, steps, limit) => sound.claim({ ...holder, ...all, holder: "all" }, steps, limit),
      settle: (holder, position) => sound.settle({ ...holder, ...all, holder: "all" }, position)
    }
  }),
  events("opens a subscription when it is read", beginningClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.andThen(Effect.orDie(sound.open(holder.subscription, "beginning")), sound.claim(holder, steps, limit))
  })),
  events("starts from now instead of the beginning", beginningClause, (sound) => ({
    open: (subscription) => sound.open(subscription, "now")
  })),
  events("starts at the beginning instead of now", nowClause, (sound) => ({
    open: (subscription) => sound.open(subscription, "beginning")
  })),
  events("starts at the latest position that any subscription has read", nowClause, (sound) => {
    const log = { subscription: "log", holder: "log", lease: Duration.minutes(1) }
    let furthest: string | null = null
    return {
      open: (subscription, from) =>
        Effect.andThen(
          sound.open(subscription, "beginning"),
          Effect.suspend(() => {
            if (from === "beginning") return Effect.void
            const holder = { ...log, subscription }
            return sound.claim(holder, "all", 1).pipe(
              Effect.andThen(sound.settle(holder, furthest)),
              Effect.andThen(sound.release(holder)),
              Effect.catchTag("SubscriptionTaken", () => Effect.void)
            )
          })
        ),
      claim: (holder, steps, limit) =>
        Effect.tap(sound.claim(holder, steps, limit), (recorded) =>
          Effect.sync(() => (furthest = recorded.at(-1)?.position ?? furthest))
        )
    }
  }),
  events("reads more than the limit", orderClause, (sound) => ({
    claim: (holder, steps, limit) => sound.claim(holder, steps, limit + 1)
  })),
  events("skips an event that commits late", orderClause, (sound) => {
    const late = new Set<string>()
    return {
      claim: (holder, steps, limit) =>
        Effect.map(sound.claim(holder, steps, limit), (recorded) => {
          const first = recorded.at(0)
          if (first === undefined || recorded.length === 1 || late.has(first.position)) return recorded
          late.add(first.position)
          return recorded.slice(1)
        })
    }
  }),
  events("reads the newest first", orderClause, (sound) => ({
    claim: (holder, steps, limit) => Effect.map(sound.claim(holder, steps, limit), newestFirst)
  })),
  events("reads an event again after later ones", orderClause, (sound) => {
    let first: LogEntry | undefined
    return {
      claim: (holder, steps, limit) =>
        Effect.map(sound.claim(holder, steps, limit), (recorded) => {
          if (first !== undefined && recorded.length === 0) return [first]
          first ??= recorded[0]
          return recorded
        })
    }
  })
]
