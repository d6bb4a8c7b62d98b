/** Shared setup of the tests of subscriptions. */
import {
  type CommunicationEvent,
  Communications,
  type ContactInformations,
  completion,
  type Events,
  layerMemory
} from "@communications/core"
import { aDraft, anAct, freshOrganisation, store } from "@communications/core/testing"
import { it } from "@effect/vitest"
import { Clock, Effect } from "effect"

/** Stores and completes that many drafts, one after another; returns their ids. */
export const completeDrafts = Effect.fnUntraced(function* (count: number) {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const drafts = Array.from({ length: count }, (_, index) => aDraft(String(index)))
  for (const draft of drafts) {
    yield* store(organisation, draft)
    yield* communications.take(organisation, { _tag: "Id", id: draft.id }, completion, anAct())
  }
  return drafts.map(({ id }): string => id)
})

/** Makes a handler that records each event and the time of its delivery, and then runs the passed effect. */
export const recording = (handler: (time: number) => Effect.Effect<void, unknown> = () => Effect.void) => {
  const delivered: Array<string> = []
  const times: Array<number> = []
  return {
    delivered,
    times,
    handler: ({ communication }: CommunicationEvent) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        times.push(now)
        return handler(delivered.push(communication))
      })
  }
}

/** A test on fresh in-memory ports. */
export const test = (name: string, body: Effect.Effect<void, unknown, Communications | ContactInformations | Events>) =>
  it.effect(name, () => Effect.provide(body, layerMemory))
