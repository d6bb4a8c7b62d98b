import { Clock, Duration, Effect, Layer } from "effect"
import { TooManyAttempts } from "../domain/errors/index.ts"
import { takeFromBucket } from "../domain/LogInLimits.ts"
import { Attempts } from "../ports/Attempts.ts"

/** An in-memory `Attempts`, for tests and experiments. */
export const layerMemory: Layer.Layer<Attempts> = Layer.effect(
  Attempts,
  Effect.map(Clock.Clock, (clock) => {
    /** The time at which each bucket is full again, in milliseconds since the epoch. */
    const fullAt = new Map<string, number>()
    return Attempts.of({
      take: Effect.fnUntraced(function* (limit) {
        const { full, wait } = takeFromBucket(fullAt.get(limit.key), clock.currentTimeMillisUnsafe(), limit)
        if (wait > 0) return yield* new TooManyAttempts({ retry_after: Math.ceil(wait / 1000) })
        fullAt.set(limit.key, full)
      }),
      giveBack: ({ key, every }) =>
        Effect.sync(() => void fullAt.set(key, (fullAt.get(key) ?? 0) - Duration.toMillis(every)))
    })
  })
)
