import { Clock, DateTime, Duration, Effect } from "effect"
import { checkDuration } from "../checkDuration.ts"
import { parseTime, type TestTime } from "./Builders.ts"

/**
 * A clock that shows the same time until a test moves it. Timers run in real time, so polling, retries and time limits
 * work without the test's help.
 */
export const makeStoppedClock = (start: TestTime) => {
  const real = Effect.runSync(Clock.Clock)
  let time = parseTime(start)
  const millis = () => DateTime.toEpochMillis(time)
  const nanos = () => BigInt(millis()) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
  return {
    clock,
    now: (): Date => DateTime.toDate(time),
    setTime: (to: TestTime): void => {
      time = parseTime(to)
    },
    advance: (by: Duration.Input): void => {
      time = DateTime.addDuration(time, checkDuration("advance", by, Duration.zero))
    }
  }
}
