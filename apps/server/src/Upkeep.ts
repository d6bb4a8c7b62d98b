import { Events } from "@communications/core"
import { DateTime, Effect, Layer, Schedule } from "effect"
import type { Configuration } from "./Configuration.ts"

/** Removes once an hour the events that every subscription has read and that are older than the configuration says. */
export const layer = ({ eventsRetention }: Pick<Configuration, "eventsRetention">): Layer.Layer<never, never, Events> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const events = yield* Events
      const prune = Effect.gen(function* () {
        const before = DateTime.subtractDuration(yield* DateTime.now, eventsRetention)
        const pruned = yield* events.prune(before)
        if (pruned > 0) yield* Effect.logDebug("Old events were removed", pruned)
      }).pipe(Effect.ignore({ log: "Warn" }))
      yield* Effect.forkScoped(Effect.repeat(prune, Schedule.spaced("1 hour")))
    })
  )
