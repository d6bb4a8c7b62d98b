import { Clock, Duration, Effect } from "effect"

/**
 * Makes a limit for log lines that clients can cause. It writes the first `most` lines in each interval. The next line has
 * the number of those that it has skipped, as `skipped_lines`.
 */
export const makeLogLimit = (most: number, interval: Duration.Duration) => {
  let [end, written, skipped] = [0, 0, 0]
  return (line: Effect.Effect<void>): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now >= end) [end, written] = [now + Duration.toMillis(interval), 0]
      if (written === most) return Effect.sync(() => void skipped++)
      const skipped_lines = skipped
      ;[written, skipped] = [written + 1, 0]
      return skipped_lines === 0 ? line : Effect.annotateLogs(line, { skipped_lines })
    })
}
