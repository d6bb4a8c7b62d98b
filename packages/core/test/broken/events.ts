import {
  type CommunicationCompleted,
  Communications,
  ContactInformations,
  Draft,
  EventId,
  Events,
  type Recorded
} from "@communications/core"
import { freshId } from "@communications/core/testing"
import { Context, DateTime, Duration, Effect, Result } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const events = faulty(Events)

const toldClause = "Events: a completion is told once, as it was; a refusal, a view and what was added are not"
const settledClause = "Events: what was not settled is read again, by whoever comes next; what was settled is not"
const heldClause = "Events: one holds a subscription at a time, until it lets go, or its lease ends"
const apartClause = "Events: subscriptions know nothing of each other; one that is opened again stays where it is"
const orderClause =
  "Events: while many are completed at once, nothing is left out, and each communication's events are in order"
const prunedClause = "Events: what is old is removed once every subscription has read it"
const openedClause =
  "Events: from the beginning is from the first event that is kept; without a subscription nothing is read"

/** Adapters of events, or of communications that should tell of them, each with a fault. */
export const brokenEvents = [
  events("forgets the event", toldClause, (_, elsewhere) => Context.get(elsewhere, Events)),
  events("tells the time of telling", toldClause, (sound) => ({
    take: (holder, limit) =>
      Effect.map(sound.take(holder, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: { ...event, at: DateTime.makeUnsafe(0) }, position }))
      )
  })),
  communications("tells of a refused completion", toldClause, (sound) => ({
    modify: (organisation, identifier, transition, act) =>
      Effect.tapError(sound.modify(organisation, identifier, transition, act), () =>
        Effect.gen(function* () {
          const before = yield* sound.find(organisation, identifier)
          const { _tag, ...members } = before
          yield* sound.modify(organisation, identifier, () => Result.succeed(Draft.make(members)), act)
          yield* sound.modify(organisation, identifier, () => Result.succeed(before), act)
        }).pipe(Effect.ignore)
      )
  })),
  communications(
    "tells of it in a second step",
    "Events: a completion that is interrupted is told if it has happened, and else is not",
    (told, elsewhere) => {
      const sound = Context.get(elsewhere, Communications)
      const contacts = Context.get(elsewhere, ContactInformations)
      return {
        ...sound,
        add: (organisation, communication, act) =>
          Effect.ignore(contacts.add(organisation, communication.contact_information)).pipe(
            Effect.andThen(sound.add(organisation, communication, act)),
            Effect.tap(() => told.add(organisation, communication, act))
          ),
        modify: (organisation, identifier, transition, act) =>
          sound.modify(organisation, identifier, transition, act).pipe(
            Effect.tap(() => Effect.sleep("1 millis")),
            Effect.tap(() => told.modify(organisation, identifier, transition, act))
          )
      }
    }
  ),
  events("gives an event another id each time", settledClause, (sound) => ({
    take: (holder, limit) =>
      Effect.map(sound.take(holder, limit), (recorded) =>
        recorded.map(({ event, position }) => ({ event: { ...event, id: EventId.make(freshId()) }, position }))
      )
  })),
  events("reads an event twice after it was settled", settledClause, (sound) => ({
    settle: (holder, position) => sound.settle(holder, position === null ? null : String(Number(position) - 1))
  })),
  events("counts as read what it has handed out", settledClause, (sound) => ({
    take: (holder, limit) =>
      Effect.tap(sound.take(holder, limit), (recorded) => sound.settle(holder, recorded.at(-1)?.position ?? null))
  })),
  events("lets two hold one subscription", heldClause, (sound) => ({
    take: (holder, limit) => sound.take({ ...holder, holder: "anybody" }, limit),
    settle: (holder, position) => sound.settle({ ...holder, holder: "anybody" }, position)
  })),
  events("lets go only when the lease ends", heldClause, () => ({ release: () => Effect.void })),
  events("lets anybody let go", heldClause, (sound) => {
    let last = ""
    return {
      take: (holder, limit) => Effect.tap(sound.take(holder, limit), () => Effect.sync(() => (last = holder.holder))),
      release: (holder) => sound.release({ ...holder, holder: last })
    }
  }),
  events("never ends a lease", heldClause, (sound) => ({
    take: (holder, limit) => sound.take({ ...holder, lease: Duration.days(1) }, limit)
  })),
  events("does not begin the lease anew when it is at work", heldClause, (sound) => ({
    settle: (holder, position) => sound.settle({ ...holder, lease: Duration.zero }, position)
  })),
  events("begins anew where a subscription is opened again", apartClause, (sound) => ({
    open: (subscription, from) => Effect.andThen(sound.close(subscription), sound.open(subscription, from))
  })),
  events("reads for one subscription what another one has not", apartClause, (sound) => {
    const all = { subscription: "all" }
    return {
      open: (_, from) => sound.open(all.subscription, from),
      take: (holder, limit) => sound.take({ ...holder, ...all, holder: "all" }, limit),
      settle: (holder, position) => sound.settle({ ...holder, ...all, holder: "all" }, position)
    }
  }),
  events("makes a subscription where there is none", openedClause, (sound) => ({
    take: (holder, limit) => Effect.andThen(sound.open(holder.subscription, "beginning"), sound.take(holder, limit))
  })),
  events("begins from now where it is asked for the beginning", openedClause, (sound) => ({
    open: (subscription) => sound.open(subscription, "now")
  })),
  events("reads more than the limit", orderClause, (sound) => ({
    take: (holder, limit) => sound.take(holder, limit + 1)
  })),
  events("passes over an event that commits late", orderClause, (sound) => {
    const late = new Set<string>()
    return {
      take: (holder, limit) =>
        Effect.map(sound.take(holder, limit), (recorded) => {
          const first = recorded.at(0)
          if (first === undefined || recorded.length === 1 || late.has(first.position)) return recorded
          late.add(first.position)
          return recorded.slice(1)
        })
    }
  }),
  events("reads the newest first", orderClause, (sound) => {
    const newestFirst = (recorded: ReadonlyArray<Recorded>) => {
      const told = new Map<string, ReadonlyArray<CommunicationCompleted>>()
      for (const { event } of recorded) {
        told.set(event.communication, [event, ...(told.get(event.communication) ?? [])])
      }
      return recorded.map(({ event, position }) => {
        const [next = event, ...others] = told.get(event.communication) ?? []
        told.set(event.communication, others)
        return { event: next, position }
      })
    }
    return { take: (holder, limit) => Effect.map(sound.take(holder, limit), newestFirst) }
  }),
  events("prunes what somebody has not read", prunedClause, (sound) => {
    const opened = new Set<string>()
    return {
      open: (subscription, from) => {
        opened.add(subscription)
        return sound.open(subscription, from)
      },
      prune: (before) =>
        Effect.andThen(
          Effect.forEach(opened, (subscription) => sound.close(subscription)),
          sound.prune(before)
        )
    }
  }),
  events("prunes what is not old", prunedClause, (sound) => ({
    prune: () => sound.prune(DateTime.makeUnsafe("9999-12-31T00:00:00Z"))
  })),
  events("prunes nothing", prunedClause, () => ({ prune: () => Effect.succeed(0) }))
]
