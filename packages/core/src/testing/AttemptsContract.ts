import { Duration, Effect, Result, Schedule } from "effect"
import type { Limit } from "../domain/LogInLimits.ts"
import { Attempts } from "../ports/Attempts.ts"
import { type Clause, differentClocks, expectEqual, failureOf } from "./Clause.ts"
import { freshId } from "./Fixtures.ts"

const freshLimit = (every = Duration.hours(1)): Limit => ({ key: `key ${freshId()}`, burst: 3, every })

/** Fails the test unless the bucket is empty; returns the seconds until it has the next attempt. */
const expectEmpty = (limit: Limit) =>
  Effect.gen(function* () {
    const error = yield* failureOf((yield* Attempts).take(limit))
    if (error._tag !== "TooManyAttempts") return yield* Effect.die(error)
    return error.retry_after
  })

/** The guarantees of `Attempts`, which every adapter must pass. */
export const attemptsContract: ReadonlyArray<Clause<Attempts>> = [
  {
    name: "a burst is allowed, then one attempt per interval; the error reports the wait in seconds, rounded up",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const [slow, fast] = [freshLimit(), freshLimit(Duration.millis(200))]
      for (const limit of [slow, fast]) for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(limit)
      const wait = yield* expectEmpty(slow)
      yield* expectEqual(wait > 0 && wait <= 3600, true)
      const waits: Array<number> = []
      const taken = attempts.take(fast).pipe(
        Effect.tapErrorTag("TooManyAttempts", ({ retry_after }) => Effect.sync(() => waits.push(retry_after))),
        Effect.retry(Schedule.spaced("20 millis"))
      )
      for (let attempt = 0; attempt < 3; attempt++) yield* taken
      yield* expectEqual(
        waits.filter((seconds) => seconds !== 1),
        []
      )
      yield* expectEqual((yield* expectEmpty(slow)) <= wait, true)
    })
  },
  {
    name: "a limit never refills beyond its burst",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = freshLimit()
      yield* attempts.take(limit)
      for (let time = 0; time < 5; time++) yield* attempts.giveBack(limit)
      for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(limit)
      yield* expectEmpty(limit)
    })
  },
  {
    name: "of 32 concurrent attempts only the burst is allowed",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const limit = freshLimit()
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
        yield* attempts.take(limit)
        yield* attempts.giveBack(limit)
      }
      for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(limit)
      yield* expectEmpty(limit)
    })
  },
  {
    name: "attempts with one key do not count for another key",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const [one, other] = [freshLimit(), freshLimit()]
      for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(one)
      yield* expectEmpty(one)
      yield* attempts.take(other)
    })
  },
  {
    name: "servers whose clocks differ count the same attempts",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const clocks = yield* differentClocks
      const limit = freshLimit()
      for (const here of clocks) {
        yield* here(attempts.take(limit))
        for (const there of clocks) {
          yield* there(attempts.take(limit))
          yield* here(attempts.giveBack(limit))
        }
        yield* here(attempts.giveBack(limit))
      }
      for (const here of clocks) yield* here(attempts.take(limit))
      const waits = yield* Effect.forEach(clocks, (here) => here(expectEmpty(limit)))
      yield* expectEqual(
        waits.every((wait) => wait > 0 && wait <= 3600),
        true
      )
      const short = freshLimit(Duration.minutes(5))
      for (const here of clocks) yield* here(attempts.take(short))
      for (const here of clocks) yield* here(expectEmpty(short))
    })
  },
  {
    name: "an attempt, and giving one back, leaves the attempts with other keys as they are",
    test: Effect.gen(function* () {
      const attempts = yield* Attempts
      const [one, other] = [freshLimit(), freshLimit()]
      for (let attempt = 0; attempt < 3; attempt++) yield* attempts.take(one)
      yield* attempts.take(other)
      yield* attempts.giveBack(other)
      yield* expectEmpty(one)
    })
  }
]
