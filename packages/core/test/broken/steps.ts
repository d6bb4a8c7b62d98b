import {
  type Act,
  type CommunicationId,
  CommunicationNotFound,
  Communications,
  decide,
  type HistoryEntry
} from "@communications/core"
import { DateTime, Effect } from "effect"
import { faulty, overlay } from "./Broken.ts"

const communications = faulty(Communications)

/** Lets a fault add history entries to those of the sound adapter. */
const extraEntries = (sound: typeof Communications.Service) => {
  const entries = new Map<CommunicationId, ReadonlyArray<HistoryEntry>>()
  const record = (id: CommunicationId, act: Act) =>
    Effect.sync(() => entries.set(id, [...(entries.get(id) ?? []), { from: "DRAFT", to: "COMPLETED", ...act }]))
  const history: typeof sound.history = (organisation, id) =>
    Effect.map(sound.history(organisation, id), (found) => [...found, ...(entries.get(id) ?? [])])
  return { record, history }
}

const refusedClause = "Communications: a refused step fails with the refusal of that step and changes nothing"
const entriesClause =
  "Communications: each step adds an entry to the history, oldest first; a view and a refused step add none"
const staleClause =
  "Communications: a step of another version than the expected one fails with the current version and changes nothing"
const setsClause = "Communications: a step changes only the state, the version and the members that it sets"

/** Adapters of `Communications`, each with a fault in its steps. */
export const brokenSteps = [
  communications(
    "truncates the time of a step to the second",
    "Communications: a step returns the communication in its new state, and stores it with a history entry",
    (sound) => ({
      take: (organisation, identifier, step, act) =>
        sound.take(organisation, identifier, step, { ...act, at: DateTime.startOf(act.at, "second") })
    })
  ),
  communications(
    "loses the request id of a step",
    "Communications: a step returns the communication in its new state, and stores it with a history entry",
    (sound) => ({
      take: (organisation, identifier, step, act) =>
        sound.take(organisation, identifier, step, { ...act, request_id: null })
    })
  ),
  communications("unsets the subject with a step", setsClause, (sound) => {
    const { find, put } = overlay(sound)
    return {
      find,
      take: (organisation, identifier, step, act) =>
        Effect.tap(sound.take(organisation, identifier, step, act), (after) =>
          Effect.sync(() => put({ ...after, subject: null }))
        )
    }
  }),
  communications("stores the act instead of the members that the step sets", setsClause, (sound) => {
    const { find, put } = overlay(sound)
    return {
      find,
      take: (organisation, identifier, step, act) =>
        Effect.tap(sound.take(organisation, identifier, step, act), (after) =>
          Effect.sync(() => after._tag === "Completed" && put({ ...after, completed_at: act.at, completed_by: act.by }))
        )
    }
  }),
  communications("replaces the refusal", refusedClause, (sound) => ({
    take: (organisation, identifier, step, act) =>
      Effect.mapError(
        sound.take(organisation, identifier, step, act),
        () => new CommunicationNotFound({ identifier: { id: "lost" } })
      )
  })),
  communications("records a refused step", refusedClause, (sound) => {
    const { record, history } = extraEntries(sound)
    return {
      take: (organisation, identifier, step, act) =>
        Effect.tapError(sound.take(organisation, identifier, step, act), () =>
          Effect.flatMap(Effect.orDie(sound.find(organisation, identifier)), ({ id }) => record(id, act))
        ),
      history
    }
  }),
  communications(
    "reports a step that throws as a missing communication",
    "Communications: a step that throws is a defect and changes nothing",
    (sound) => ({
      take: (organisation, identifier, step, act) =>
        Effect.catchDefect(
          sound.take(organisation, identifier, step, act),
          () => new CommunicationNotFound({ identifier: { id: "thrown" } })
        )
    })
  ),
  communications(
    "records a step before it is decided",
    "Communications: a step that throws is a defect and changes nothing",
    (sound) => {
      const { record, history } = extraEntries(sound)
      return {
        take: (organisation, identifier, step, act) =>
          Effect.onError(sound.take(organisation, identifier, step, act), () =>
            Effect.flatMap(Effect.orDie(sound.find(organisation, identifier)), ({ id }) => record(id, act))
          ),
        history
      }
    }
  ),
  communications("records a view", entriesClause, (sound) => {
    const { record, history } = extraEntries(sound)
    return {
      view: (organisation, identifier, at) =>
        Effect.tap(sound.view(organisation, identifier, at), (viewed) =>
          viewed._tag === "Completed"
            ? record(viewed.id, { at, by: viewed.completed_by, request_id: null })
            : Effect.void
        ),
      history
    }
  }),
  communications("loses the history entry", entriesClause, (sound) => ({
    history: (organisation, id) => Effect.map(sound.history(organisation, id), (entries) => entries.slice(0, 1))
  })),
  communications("returns the newest entry first", entriesClause, (sound) => ({
    history: (organisation, id) => Effect.map(sound.history(organisation, id), (entries) => entries.toReversed())
  })),
  communications(
    "adds the history entry in a second transaction",
    "Communications: an interrupted step is committed completely or not at all",
    (sound) => {
      const written = new Map<CommunicationId, number>()
      return {
        take: (organisation, identifier, step, act) =>
          sound.take(organisation, identifier, step, act).pipe(
            Effect.tap(() => Effect.sleep("1 millis")),
            Effect.tap(({ id }) => Effect.sync(() => written.set(id, (written.get(id) ?? 0) + 1)))
          ),
        history: (organisation, id) =>
          Effect.map(sound.history(organisation, id), (entries) => entries.slice(0, 1 + (written.get(id) ?? 0)))
      }
    }
  ),
  communications(
    "reads, decides and writes without a transaction, so that two callers succeed",
    "Communications: of 64 concurrent completions of a draft, exactly one succeeds and adds an entry",
    (sound) => ({
      take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
        const next = yield* Effect.fromResult(decide(step)(yield* sound.find(organisation, identifier), act))
        yield* Effect.yieldNow
        return yield* Effect.catch(sound.take(organisation, identifier, step, act), () => Effect.succeed(next))
      })
    })
  ),
  communications(
    "takes all steps of a batch with the same act",
    "Communications: 64 concurrent steps of different communications are all committed, each with its own result",
    (sound) => {
      let last: Act | undefined
      return {
        take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
          last = act
          yield* Effect.yieldNow
          return yield* sound.take(organisation, identifier, step, last)
        })
      }
    }
  ),
  communications(
    "loses a step of a full batch",
    "Communications: 64 concurrent steps of different communications are all committed, each with its own result",
    (sound) => {
      let running = 0
      return {
        take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
          running++
          yield* Effect.yieldNow
          const found = yield* sound.find(organisation, identifier)
          const isLost = running-- === 50
          return isLost
            ? yield* Effect.fromResult(decide(step)(found, act))
            : yield* sound.take(organisation, identifier, step, act)
        })
      }
    }
  ),
  communications("ignores the expected version", staleClause, (sound) => ({
    take: (organisation, identifier, step, act) => sound.take(organisation, identifier, step, act)
  })),
  communications(
    "checks the expected version before the step",
    "Communications: of 64 concurrent steps that expect the version, or none, exactly one succeeds; all others know the new version",
    (sound) => ({
      take: Effect.fnUntraced(function* (organisation, identifier, step, act, options) {
        yield* Effect.fromResult(decide(step)(yield* sound.find(organisation, identifier), act, options))
        yield* Effect.yieldNow
        return yield* sound.take(organisation, identifier, step, act)
      })
    })
  )
]
