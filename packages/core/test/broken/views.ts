import { Communications } from "@communications/core"
import { Effect } from "effect"
import { faulty, overlay } from "./Broken.ts"

const communications = faulty(Communications)

const raceClause = "Communications: a step and 16 concurrent views do not overwrite each other"

/** Adapters of `Communications`, each with a fault in its views, or in steps concurrent with views. */
export const brokenViews = [
  communications(
    "counts the last view instead of the first",
    "Communications: the first view sets only viewed_on, in any state; later views change nothing",
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
    "reads and writes a view without a transaction, so that two views count",
    "Communications: of 16 concurrent views one counts, and all return its time",
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
    "loses the view when a step is taken",
    "Communications: a view adds no history entry, and a later step keeps viewed_on",
    (sound) => {
      const { find, put } = overlay(sound)
      return {
        find,
        take: (organisation, identifier, step, act) =>
          Effect.map(sound.take(organisation, identifier, step, act), (after) => put({ ...after, viewed_on: null }))
      }
    }
  ),
  communications("loses a view, because a step overwrites the whole row", raceClause, (sound) => {
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
  communications("loses a step, because a view overwrites the whole row", raceClause, (sound) => {
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
