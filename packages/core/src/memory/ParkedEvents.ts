import type { CommunicationEvent, ParkedEvent } from "../domain/CommunicationEvent.ts"
import type { EventId } from "../domain/Identity.ts"
import type { LogEntry } from "../ports/Events.ts"

/** The parked event of a communication. */
interface Parked extends ParkedEvent {
  /** The first version to deliver once the event is released. */
  readonly version: number
  readonly released: boolean
}

const keyOf = ({ organisation, communication }: CommunicationEvent) => `${organisation} ${communication}`

/**
 * Makes the parked events of all subscriptions. A subscription has at most one for each communication; the later events
 * of the communication follow from it. The position of an event that is delivered again names its communication and
 * version.
 */
export const makeParkedEvents = () => {
  const subscriptions = new Map<string, Map<string, Parked>>()
  const of = (subscription: string) => subscriptions.get(subscription) ?? new Map<string, Parked>()

  return {
    isRetried: (position: string) => position.includes(" "),
    has: (subscription: string, event: CommunicationEvent) => of(subscription).has(keyOf(event)),
    close: (subscription: string) => void subscriptions.delete(subscription),
    list: (subscription: string): ReadonlyArray<ParkedEvent> =>
      [...of(subscription).values()]
        .filter(({ released }) => !released)
        .map(({ version: _, released: __, ...parked }) => parked),
    park: (subscription: string, parked: ParkedEvent) => {
      const { version } = parked.event
      subscriptions.set(
        subscription,
        of(subscription).set(keyOf(parked.event), { ...parked, version, released: false })
      )
    },
    /** Lets the event, or each event, be delivered again, or with `skipped` 1, only those after it; returns how many. */
    release: (subscription: string, event: EventId | null, skipped: 0 | 1): number => {
      let released = 0
      for (const [key, parked] of of(subscription)) {
        if (parked.released || (event !== null && parked.event.id !== event)) continue
        of(subscription).set(key, { ...parked, version: parked.version + skipped, released: true })
        released++
      }
      return released
    },
    /** The events of a released communication among those that the subscription has passed. */
    claim: (subscription: string, passed: () => ReadonlyArray<CommunicationEvent>): ReadonlyArray<LogEntry> => {
      for (const [key, { version, released }] of of(subscription)) {
        if (!released) continue
        const own = passed().filter((event) => keyOf(event) === key && event.version >= version)
        if (own.length > 0) return own.map((event) => ({ event, position: `${key} ${event.version}` }))
        of(subscription).delete(key)
      }
      return []
    },
    settle: (subscription: string, position: string) => {
      const [organisation, communication, version] = position.split(" ")
      const key = `${organisation} ${communication}`
      const parked = of(subscription).get(key)
      if (parked?.released) of(subscription).set(key, { ...parked, version: Number(version) + 1 })
    }
  }
}
