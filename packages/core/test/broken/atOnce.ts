import { type Caller, Communications, type OrganisationId, Sessions, type StepOptions } from "@communications/core"
import { type DateTime, Effect, Redacted } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const sessions = faulty(Sessions)

const ownClause =
  "Communications: steps at once reach only communications of their own organisation, and each adds its own entry to the history"

/** Counts the calls that run at once: each call waits until all of them have begun. */
const counting = () => {
  let running = 0
  return Effect.acquireUseRelease(
    Effect.sync(() => running++),
    () => Effect.map(Effect.yieldNow, () => running),
    () => Effect.sync(() => running--)
  )
}

/** Adapters with a fault that only calls at once show. */
export const brokenAtOnce = [
  communications("takes all steps of a batch in the same organisation", ownClause, (sound) => {
    let last: OrganisationId
    return {
      take: Effect.fnUntraced(function* (organisation, identifier, step, act, options) {
        last = organisation
        yield* Effect.yieldNow
        return yield* sound.take(last, identifier, step, act, options)
      })
    }
  }),
  communications("loses the request ids of a batch", ownClause, (sound) => {
    const runningAtOnce = counting()
    return {
      take: Effect.fnUntraced(function* (organisation, identifier, step, act, options) {
        const request_id = (yield* runningAtOnce) > 1 ? null : act.request_id
        return yield* sound.take(organisation, identifier, step, { ...act, request_id }, options)
      })
    }
  }),
  communications(
    "expects the same version for all steps of a batch",
    "Communications: of steps at once, those that expect another version or an unknown communication fail, and change nothing",
    (sound) => {
      let last: StepOptions | undefined
      return {
        take: Effect.fnUntraced(function* (organisation, identifier, step, act, options) {
          last = options
          yield* Effect.yieldNow
          return yield* sound.take(organisation, identifier, step, act, last)
        })
      }
    }
  ),
  communications(
    "views all communications of a batch at the same time",
    "Communications: views at once of different communications each return their own, and set its time",
    (sound) => {
      let last: DateTime.Utc
      return {
        view: Effect.fnUntraced(function* (organisation, identifier, at) {
          last = at
          yield* Effect.yieldNow
          return yield* sound.view(organisation, identifier, last)
        })
      }
    }
  ),
  sessions(
    "accepts an expired token in a batch",
    "Sessions: of tokens authenticated at once, each open one returns its own caller, and all others are invalid",
    (sound) => {
      const [callers, runningAtOnce] = [new Map<string, Caller>(), counting()]
      return {
        open: (token, caller, expires_at) => {
          callers.set(Redacted.value(token), caller)
          return sound.open(token, caller, expires_at)
        },
        release: (token) => {
          callers.delete(Redacted.value(token))
          return sound.release(token)
        },
        authenticate: Effect.fnUntraced(function* (token) {
          const isBatch = (yield* runningAtOnce) > 1
          return (isBatch ? callers.get(Redacted.value(token)) : undefined) ?? (yield* sound.authenticate(token))
        })
      }
    }
  )
]
