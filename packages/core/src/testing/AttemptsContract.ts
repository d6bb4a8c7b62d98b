import { DateTime, Duration, Effect, Result } from "effect"
import { TooManyAttempts } from "../domain/errors/index.ts"
import type { Limit } from "../domain/LogInLimits.ts"
import { Attempts } from "../ports/Attempts.ts"
import { at, type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { freshId, noon } from "./Fixtures.ts"

const freshLimit = (): Limit => ({ key: `key ${freshId()}`, burst: 3, every: Duration.seconds(10) })
const afterNoon = (seconds: number) => at(DateTime.add(noon, { seconds }))

/** The guarantees of `Attempts`, which every adapter must pass. */
export const attemptsContract: ReadonlyArray<Clause<Attempts>> = [
  {
    name: "a burst is allowed, then one attempt per interval; the error reports the wait in seconds, rounded up",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = freshLimit()
      const take = (seconds: number) => afterNoon(seconds)(attempts.take(limit))
      for (let attempt = 0; attempt < 3; attempt++) yield* take(0)
      yield* expectFailure(take(0), new TooManyAttempts({ retry_after: 10 }))
      yield* expectFailure(take(9.5), new TooManyAttempts({ retry_after: 1 }))
      yield* take(10)
      yield* expectFailure(take(10), new TooManyAttempts({ retry_after: 10 }))
      yield* take(30)
      yield* take(30)
      yield* expectFailure(take(30), new TooManyAttempts({ retry_after: 10 }))
    })
  },
  {
    name: "a limit never refills beyond its burst",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = freshLimit()
      yield* afterNoon(0)(attempts.take(limit))
      yield* afterNoon(3600)(attempts.giveBack(limit))
      for (let attempt = 0; attempt < 3; attempt++) yield* afterNoon(3600)(attempts.take(limit))
      yield* expectFailure(afterNoon(3600)(attempts.take(limit)), new TooManyAttempts({ retry_after: 10 }))
    })
  },
  {
    name: "of 32 concurrent attempts only the burst is allowed",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = { ...freshLimit(), every: Duration.hours(1) }
      const results = yield* Effect.forEach(Array.from({ length: 32 }), () => Effect.result(attempts.take(limit)), {
        concurrency: "unbounded"
      })
      yield* expectEqual(results.filter(Result.isSuccess).length, 3)
    })
  },
  {
    name: "an attempt that was given back can be used again",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = freshLimit()
      for (let attempt = 0; attempt < 20; attempt++) {
        yield* afterNoon(0)(attempts.take(limit))
        yield* afterNoon(0)(attempts.giveBack(limit))
      }
      for (let attempt = 0; attempt < 3; attempt++) yield* afterNoon(0)(attempts.take(limit))
      yield* expectFailure(afterNoon(0)(attempts.take(limit)), new TooManyAttempts({ retry_after: 10 }))
    })
  },
  {
    name: "attempts with one key do not count for another key",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const [one, other] = [freshLimit(), freshLimit()]
      for (let attempt = 0; attempt < 3; attempt++) yield* afterNoon(0)(attempts.take(one))
      yield* expectEqual((yield* Effect.flip(afterNoon(0)(attempts.take(one))))._tag, "TooManyAttempts")
      yield* afterNoon(0)(attempts.take(other))
    })
  },
  {
    name: "an attempt, and giving one back, leaves the attempts with other keys as they are",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const every = Duration.hours(1)
      const [one, other] = [
        { ...freshLimit(), every },
        { ...freshLimit(), every }
      ]
      for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(one)
      yield* attempts.take(other)
      yield* attempts.giveBack(other)
      yield* expectEqual((yield* Effect.flip(attempts.take(one)))._tag, "TooManyAttempts")
    })
  }
]
