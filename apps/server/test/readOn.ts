import { type CommunicationEvent, Events, type Holder } from "@communications/core"
import { Effect } from "effect"

/** Returns all events that the subscription has not settled, and settles them. */
export const readOn = Effect.fnUntraced(function* (holder: Holder) {
  const events = yield* Events
  const found: Array<CommunicationEvent> = []
  for (;;) {
    const entries = yield* events.claim(holder, "all", 1_000)
    if (entries.length === 0) return found
    found.push(...entries.map(({ event }) => event))
    yield* events.settle(holder, entries.at(-1)?.position ?? null)
  }
})
