import { Clock, Duration, Effect } from "effect"

/**
 * Makes a limit for log lines that clients can cause. It runs the first `most` effects in each interval, and passes the
 * number of effects that it has skipped since the last one that it ran.
 */
export const makeLogLimit = (most: number, interval: Duration.Duration) => {
  let [end, ran, skipped] = [0, 0, 0]
  return (log: (skipped: number) => Effect.Effect<void>): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now >= end) [end, ran] = [now + Duration.toMillis(interval), 0]
      if (ran === most) return Effect.sync(() => void skipped++)
      const before = skipped
      ;[ran, skipped] = [ran + 1, 0]
      return log(before)
    })
}
