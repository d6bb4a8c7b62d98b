import { Duration, Option } from "effect"

/** Parses a duration; throws a `RangeError` if it is infinite or shorter than `shortest`, or no duration. */
export const checkDuration = (
  name: string,
  input: Duration.Input,
  shortest: Duration.Duration = Duration.millis(1)
): Duration.Duration => {
  const duration = Option.getOrElse(Duration.fromInput(input), () => Duration.infinity)
  if (!Number.isNaN(input) && Duration.isFinite(duration) && Duration.isGreaterThanOrEqualTo(duration, shortest))
    return duration
  const least = Duration.isZero(shortest) ? "0" : "1 millisecond"
  throw new RangeError(`${name} must be a finite duration of at least ${least}, for example "10 seconds"`)
}
