import { Arbitrary, Clock, Context, DateTime, Effect, Equal, Formatter, Predicate } from "effect"
import { makeStoppedClock } from "./StoppedClock.ts"

/** One guarantee of a port: a sentence that states it, and a test that fails if an adapter breaks it (decision 7). */
export interface Clause<Port> {
  readonly name: string
  readonly test: Effect.Effect<void, unknown, Port>
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Array.isArray(value) || (Predicate.isObject(value) && Object.getPrototypeOf(value) === Object.prototype)

/** Says where two values that are not equal differ first: the innermost member that only plain objects and arrays surround. */
const differenceOf = (actual: unknown, expected: unknown, path: ReadonlyArray<string> = []): string => {
  if (isPlain(actual) && isPlain(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    const member = Object.keys({ ...expected, ...actual }).find((key) => !Equal.equals(actual[key], expected[key]))
    if (member !== undefined) return differenceOf(actual[member], expected[member], [...path, member])
  }
  const place = path.length === 0 ? "" : `${path.join(".")}: `
  return `${place}expected ${Formatter.format(expected)}\n but got ${Formatter.format(actual)}`
}

/** Fails the test unless both are equal, member by member; the failure shows the first difference. */
export const expectEqual = (actual: unknown, expected: unknown): Effect.Effect<void> =>
  Equal.equals(actual, expected) ? Effect.void : Effect.die(new Error(differenceOf(actual, expected)))

const failUnexpected = (expected: string, value: unknown) =>
  Effect.die(new Error(`expected ${expected}\n but got the value ${Formatter.format(value)}`))

/** Returns the error of the effect, and fails the test if it succeeds. */
export const failureOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.matchEffect(effect, { onFailure: Effect.succeed, onSuccess: (value) => failUnexpected("a failure", value) })

/** Fails the test unless the effect fails with exactly this error. */
export const expectFailure = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  expected: unknown
): Effect.Effect<void, never, R> =>
  Effect.matchEffect(effect, {
    onFailure: (error) => expectEqual(error, expected),
    onSuccess: (value) => failUnexpected(`the failure ${Formatter.format(expected)}`, value)
  })

/** For how many generated values a clause checks a law: 50, unless a test provides another number. */
export const LawRuns = Context.Reference<number>("@communications/core/testing/LawRuns", { defaultValue: () => 50 })

/** Fails the test unless the law is true for `LawRuns` generated values; the failure shows the smallest counterexample. */
export const expectForAll = <A, E, R>(
  arbitrary: Arbitrary.Arbitrary<A>,
  law: (value: A) => Effect.Effect<void, E, R>
): Effect.Effect<void, never, R> =>
  Effect.gen(function* () {
    const options = { runs: yield* LawRuns, maxDiscards: 10_000 }
    const result = yield* Arbitrary.checkEffect(arbitrary, (value) => Effect.as(law(value), true), options)
    const failure = Arbitrary.formatCheckFailure(result)
    if (failure !== undefined) return yield* Effect.die(new Error(failure))
  })

/**
 * The clocks of three servers on one storage: ten minutes slow, right, and ten minutes fast. Each runs an effect by that
 * clock.
 */
export const differentClocks = Effect.map(DateTime.now, (now) =>
  [-10, 0, 10].map((minutes) => {
    const { clock } = makeStoppedClock(DateTime.toDate(DateTime.add(now, { minutes })))
    return <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Clock.Clock, clock)
  })
)
