import { Events } from "@communications/core"
import { Duration, Effect } from "effect"
import { faulty } from "./Broken.ts"

const events = faulty(Events)

const waitClause =
  "Events: later events of a communication wait after its parked event, for every holder; all others are delivered"
const retryClause =
  "Events: after retry, a parked event and those after it are delivered in order, each until it is settled"
const discardClause = "Events: after discard, a parked event is not delivered, but those after it are"
const againClause = "Events: an event that is parked again after retry keeps those after it waiting"
const listClause =
  "Events: parked events belong to one subscription, have their error, and can be retried or discarded once"
const retryAllClause = "Events: retryAll retries every parked event of one subscription, and returns their number"
const withheldClause =
  "Events: a parked event withholds only those of its communication in its organisation, and only from its subscription"
const backlogClause =
  "Events: a backlog is the age of the first step after the position of a subscription, and the number of its parked events"
const mostBacklogsClause =
  "Events: of more backlogs than the largest number, those of the first subscriptions by name are returned, in that order"
const leaseClause = "Events: only the holder of the lease can park an event"

const scopeClause =
  "Events: what happens to a parked event concerns one communication, organisation and subscription, also of one holder"
const retriedLeaseClause = "Events: only the holder of the lease can settle a parked event that is retried"

const completionsClause =
  "Events: a creation that was parked withholds the completion from a subscription that now reads completions only"

/** Adapters of `Events` with a fault in how they park events. */
export const brokenParking = [
  events("only settles a parked event", waitClause, (sound) => ({
    park: (holder, { position }) => sound.settle(holder, position)
  })),
  events("parks without storing the position, and blocks all", waitClause, (sound) => {
    let isBlocked = false
    return {
      park: () =>
        Effect.sync(() => {
          isBlocked = true
        }),
      claim: (holder, steps, limit) =>
        Effect.map(sound.claim(holder, steps, limit), (recorded) => (isBlocked ? [] : recorded))
    }
  }),
  events("withholds nothing after a parked event", withheldClause, (sound) => ({
    park: (holder, { position }) => sound.settle(holder, position)
  })),
  events("delivers the later events of a retried communication in reverse", retryClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.map(sound.claim(holder, steps, limit), (recorded) =>
        recorded.some(({ position }) => position.includes(" ")) ? recorded.toReversed() : recorded
      )
  })),
  events("delivers a retried event once, settled or not", retryClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.tap(sound.claim(holder, steps, limit), (recorded) => {
        const last = recorded.at(-1)?.position
        return last?.includes(" ") ? sound.settle(holder, last) : Effect.void
      })
  })),
  events("delivers a retried event again after it was settled", retryClause, (sound) => ({
    settle: (holder, position) => sound.settle(holder, position?.includes(" ") ? null : position)
  })),
  events("retries a discarded event", discardClause, (sound) => ({ discard: sound.retry })),
  events("discards the later events too", discardClause, (sound) => ({
    discard: (subscription, event) =>
      Effect.map(sound.parked(subscription), (parked) => parked.some(({ event: { id } }) => id === event))
  })),
  events("only settles an event that is parked again", againClause, (sound) => ({
    park: (holder, entry, failure) =>
      entry.position.includes(" ") ? sound.settle(holder, entry.position) : sound.park(holder, entry, failure)
  })),
  events("loses the error", listClause, (sound) => ({
    park: (holder, entry, failure) => sound.park(holder, entry, { ...failure, error: "" })
  })),
  events("retries an event that is not parked", listClause, () => ({ retry: () => Effect.succeed(true) })),
  events("lists the retried events too", listClause, (sound) => {
    const parked: Array<Effect.Success<ReturnType<typeof sound.parked>>[number]> = []
    return {
      parked: (subscription) =>
        Effect.map(sound.parked(subscription), (found) => {
          parked.push(...found)
          return parked
        })
    }
  }),
  events("retries only the first parked event", retryAllClause, (sound) => ({
    retryAll: (subscription) =>
      Effect.gen(function* () {
        const parked = yield* sound.parked(subscription)
        for (const { event } of parked.slice(0, 1)) yield* sound.retry(subscription, event.id)
        return parked.length
      })
  })),
  events("returns whether an event was parked", retryAllClause, (sound) => ({
    retryAll: (subscription) => Effect.map(sound.retryAll(subscription), (count) => Math.min(count, 1))
  })),
  events("reports no lag", backlogClause, (sound) => ({
    backlogs: Effect.map(sound.backlogs, (backlogs) => backlogs.map((own) => ({ ...own, lag: Duration.zero })))
  })),
  events("reports the age of the last step", backlogClause, (sound) => ({
    backlogs: Effect.map(sound.backlogs, (backlogs) =>
      backlogs.map((own) => ({ ...own, lag: Duration.hours(own.parked > 0 ? 3 : 0) }))
    )
  })),
  events("counts no parked events", backlogClause, (sound) => ({
    backlogs: Effect.map(sound.backlogs, (backlogs) => backlogs.map((own) => ({ ...own, parked: 0 })))
  })),
  events("returns the backlogs of all subscriptions", mostBacklogsClause, (sound) => ({
    backlogs: Effect.map(sound.backlogs, (backlogs) => [...backlogs, ...backlogs.slice(0, 1)])
  })),
  events("returns the backlogs in reverse", mostBacklogsClause, (sound) => ({
    backlogs: Effect.map(sound.backlogs, (backlogs) => backlogs.toReversed())
  })),
  events("retries the communication with the same id in another organisation too", scopeClause, (sound) => ({
    retry: (subscription, id) =>
      Effect.gen(function* () {
        const parked = yield* sound.parked(subscription)
        const communication = parked.find(({ event }) => event.id === id)?.event.communication
        const same = parked.filter(({ event }) => event.communication === communication)
        for (const { event } of same) yield* sound.retry(subscription, event.id)
        return same.length > 0
      })
  })),
  events("drops what is parked when a subscription reads completions only", completionsClause, (sound) => ({
    claim: (holder, steps, limit) =>
      Effect.gen(function* () {
        const { subscription } = holder
        const parked = steps === "completions" ? yield* sound.parked(subscription) : []
        for (const { event } of parked) yield* sound.discard(subscription, event.id)
        return yield* sound.claim(holder, steps, limit)
      })
  })),
  events("settles a retried event for any holder", retriedLeaseClause, (sound) => {
    let last = ""
    return {
      claim: (holder, steps, limit) =>
        Effect.tap(sound.claim(holder, steps, limit), () => Effect.sync(() => (last = holder.holder))),
      settle: (holder, position) => sound.settle({ ...holder, holder: last }, position)
    }
  }),
  events("parks for any holder", leaseClause, (sound) => {
    let last = ""
    return {
      claim: (holder, steps, limit) =>
        Effect.tap(sound.claim(holder, steps, limit), () => Effect.sync(() => (last = holder.holder))),
      park: (holder, entry, failure) => sound.park({ ...holder, holder: last }, entry, failure)
    }
  })
]
