import { Communications } from "@communications/core"
import { Effect } from "effect"
import { faulty, overlay } from "./Broken.ts"

const communications = faulty(Communications)

const raceClause = "Communications: a step and 16 views at once: neither loses the other"

/** Adapters of views, and of steps that meet them, each with a fault. */
export const brokenViews = [
  communications(
    "counts the last view",
    "Communications: the first view sets viewed_on, in any state, and nothing else; later views return it unchanged",
    (sound) => {
      const { find, put } = overlay(sound)
      return {
        find,
        view: (organisation, identifier, at) =>
          Effect.map(sound.view(organisation, identifier, at), (viewed) => put({ ...viewed, viewed_on: at }))
      }
    }
  ),
  communications(
    "two first views: reads, and then writes",
    "Communications: of 16 views at once one counts, and all return its time",
    (sound) => {
      const { find, put } = overlay(sound)
      return {
        find,
        view: Effect.fnUntraced(function* (organisation, identifier, at) {
          const found = yield* find(organisation, identifier)
          yield* Effect.yieldNow
          return put({ ...found, viewed_on: found.viewed_on ?? at })
        })
      }
    }
  ),
  communications(
    "forgets the view with a step",
    "Communications: views leave no entry in the history, and a later step keeps viewed_on",
    (sound) => {
      const { find, put } = overlay(sound)
      return {
        find,
        take: (organisation, identifier, step, act) =>
          Effect.map(sound.take(organisation, identifier, step, act), (taken) => put({ ...taken, viewed_on: null }))
      }
    }
  ),
  communications("loses a view: the step writes everything that it has read", raceClause, (sound) => {
    const { find, put } = overlay(sound)
    return {
      find,
      take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
        const { viewed_on } = yield* find(organisation, identifier)
        yield* Effect.yieldNow
        return put({ ...(yield* sound.take(organisation, identifier, step, act)), viewed_on })
      })
    }
  }),
  communications("loses a step: the view writes everything that it has read", raceClause, (sound) => {
    const { find, put } = overlay(sound)
    return {
      find,
      view: Effect.fnUntraced(function* (organisation, identifier, at) {
        const found = yield* find(organisation, identifier)
        yield* Effect.yieldNow
        const { viewed_on } = yield* sound.view(organisation, identifier, at)
        return put({ ...found, viewed_on })
      })
    }
  })
]
