import { Clock, Context, DateTime, Duration, Effect, Layer } from "effect"
import { type CommunicationsApi, createCommunications } from "../createCommunications.ts"
import type { CommunicationEvent } from "../domain/CommunicationEvent.ts"
import { layerMemory } from "../memory/index.ts"
import { Events } from "../ports/Events.ts"
import type { Ports } from "../ports/index.ts"
import { noon, type TestTime } from "./Builders.ts"
import { freshCaller, freshId } from "./Fixtures.ts"
import { makeSeeds, type Seeds, type TestCaller } from "./Seeds.ts"
import { makeStoppedClock } from "./StoppedClock.ts"

/** The methods of `createCommunications` on ports in memory, and the controls of a test. */
export interface TestCommunications extends CommunicationsApi {
  /** A user to call the methods with. */
  readonly caller: TestCaller
  /** Stores the data that the code under test finds. */
  readonly seed: Seeds
  /** Sets the clock, forward or back. */
  readonly setTime: (time: TestTime) => void
  /** Moves the clock forward, by milliseconds or by text such as `"2 hours"`. */
  readonly advance: (by: Duration.Input) => void
  /** The events that the methods recorded, oldest first. Seeds are not among them, but subscriptions receive those too. */
  readonly recordedEvents: () => ReadonlyArray<CommunicationEvent>
}

/** How a test begins. */
export interface TestOptions {
  /** The time that the clock shows; noon of 31 January 2026 by default. */
  readonly now?: TestTime
  /** The user of the test; by default a new user of a new organisation. */
  readonly caller?: TestCaller
}

/**
 * Makes the methods of `createCommunications` in memory, for the tests of a host. Each call returns an empty storage of
 * its own. The clock stands still until the test moves it; delays take real time.
 */
export const createTestCommunications = ({
  now = DateTime.toDate(noon),
  caller = freshCaller()
}: TestOptions = {}): TestCommunications => {
  const { clock, ...time } = makeStoppedClock(now)
  const ports = Effect.runSync(Effect.provideService(Effect.scoped(Layer.build(layerMemory)), Clock.Clock, clock))
  const run = <A, E>(effect: Effect.Effect<A, E, Ports>): A => Effect.runSync(Effect.provide(effect, ports))

  const reader = { subscription: `recordedEvents ${freshId()}`, holder: freshId(), lease: Duration.infinity }
  const recorded: Array<CommunicationEvent> = []
  /** Reads the events since the last call. */
  const readOn = Effect.gen(function* () {
    const events = yield* Events
    const read = yield* events.claim(reader, "all", Number.POSITIVE_INFINITY)
    yield* events.settle(reader, read.at(-1)?.position ?? null)
    return read.map(({ event }) => event)
  })
  const keep = () => void recorded.push(...run(readOn))
  run(Effect.flatMap(Events, (events) => events.open(reader.subscription, "beginning")))

  return {
    ...createCommunications(Layer.succeedContext(Context.add(ports, Clock.Clock, clock))),
    caller,
    seed: makeSeeds(caller, time.now, (effect) => {
      keep()
      const stored = run(effect)
      run(readOn)
      return stored
    }),
    setTime: time.setTime,
    advance: time.advance,
    recordedEvents: () => {
      keep()
      return [...recorded]
    }
  }
}
