/** Where the time goes: the same completions by the domain alone, by the use case, with the database, over HTTP. */
import { complete, completeCommunication, layerMemory, Sessions } from "@communications/core"
import { aDraft, anAct, freshCaller, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { DateTime, Effect, Layer, Redacted } from "effect"
import * as Database from "./Database.ts"
import { tokenOf } from "./Dataset.ts"
import type { Options } from "./Options.ts"
import { processorTimeOf } from "./Processes.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { measure, type Place } from "./Slot.ts"
import { median, readable } from "./Statistics.ts"
import { reference } from "./Subjects.ts"

/** The cost of a completion on a step in µs: elapsed time, and processor time of this software and of the database. */
interface Step {
  readonly clock: number
  readonly own: number
  readonly database: number
}

const concurrency = 64

/** Times an effect that returns how many completions it did. */
const timed = Effect.fn(function* <E, R>(run: Effect.Effect<number, E, R>, postgres?: number) {
  const [start, cpu, database] = [performance.now(), process.cpuUsage(), postgres && processorTimeOf(postgres)]
  const times = yield* run
  const { user, system } = process.cpuUsage(cpu)
  const step: Step = {
    clock: ((performance.now() - start) * 1000) / times,
    own: (user + system) / times,
    database: postgres ? (processorTimeOf(postgres) - (database ?? 0)) / times : 0
  }
  return step
})

/** Repeats a synchronous function until the time is over, and returns how often it ran. */
const repeated = (seconds: number, once: () => void) =>
  Effect.sync(() => {
    let times = 0
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      for (let i = 0; i < 100; i++) once()
      times += 100
    }
    return times
  })

const domain = (seconds: number) => {
  const [draft, act] = [aDraft(), anAct()]
  return timed(repeated(seconds, () => complete(draft, act)))
}

/** On ports in memory, new ones for every thousand drafts; only the completions are timed. */
const useCase = Effect.fn(function* (seconds: number) {
  const steps: Array<Step> = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const step = Effect.gen(function* () {
      const [caller, token] = [freshCaller(), freshToken()]
      yield* (yield* Sessions).open(token, caller, DateTime.add(yield* DateTime.now, { hours: 1 }))
      const drafts = Array.from({ length: 1000 }, (_, index) => aDraft(String(index)))
      yield* Effect.forEach(drafts, (draft) => store(caller.organisation, draft), { discard: true })
      const completing = ({ number }: { readonly number: string }) =>
        completeCommunication({ token, communication_identifier: { number } })
      return yield* timed(Effect.as(Effect.forEach(drafts, completing, { discard: true }), drafts.length))
    })
    steps.push(yield* Effect.provide(step, layerMemory))
  }
  const middle = (value: (step: Step) => number) => median(steps.map(value))
  return { clock: middle(({ clock }) => clock), own: middle(({ own }) => own), database: 0 }
})

/** On PostgreSQL, in this process, with as many connections as the server's pool has. */
const storage = Effect.fn(function* (
  { postgres, dataset, warmUp }: Place,
  seconds: number,
  groupCommit: "all" | "off"
) {
  const url = yield* Database.copyOf(postgres, dataset)
  const ports = Postgres.layer.pipe(
    Layer.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 })),
    Layer.provide(Layer.succeed(Postgres.GroupCommit, groupCommit))
  )
  let next = 1
  const until = (end: number, requests = Number.POSITIVE_INFINITY) =>
    Effect.gen(function* () {
      const first = next
      const worker = Effect.gen(function* () {
        while (performance.now() < end && next - first < requests) {
          const number = next++
          const token = Redacted.make(tokenOf(number % dataset.organisations))
          yield* completeCommunication({ token, communication_identifier: { number: String(number) } })
        }
      })
      yield* Effect.all(
        Array.from({ length: concurrency }, () => worker),
        { concurrency, discard: true }
      )
      return next - first
    })
  return yield* Effect.gen(function* () {
    yield* until(performance.now() + warmUp.seconds * 1000, warmUp.requests)
    return yield* timed(until(performance.now() + seconds * 1000), postgres.process.pid)
  }).pipe(Effect.provide(ports))
}, Effect.scoped)

const overHttp = Effect.fn(function* (place: Place, seconds: number) {
  const { costs } = yield* measure(place, reference, [{ connections: concurrency, seconds }])
  const [cost] = costs
  const step: Step = {
    clock: 1e6 / (cost?.perSecond ?? Number.NaN),
    own: cost?.serverTime ?? Number.NaN,
    database: cost?.databaseTime ?? Number.NaN
  }
  return step
})

/** Measures every step once in each round. */
export const ladder = Effect.fn(function* (options: Options) {
  const { rounds, seconds, communications } = options
  const [organisations = 1] = options.organisations
  const dataset = { communications, completed: 0, organisations }
  const postgres = yield* Database.postgres
  yield* Database.template(postgres, dataset)
  const place: Place = {
    postgres,
    dataset,
    warmUp: { connections: concurrency, seconds: 7, requests: options.quick ? 1000 : 20_000 }
  }
  const steps = [
    { name: "the domain decides: `complete`, a pure function", take: domain(seconds) },
    { name: "+ the use case, on ports in memory", take: useCase(seconds) },
    {
      name: `+ the ports on PostgreSQL, ${concurrency} at once, without group commit`,
      take: storage(place, seconds, "off")
    },
    { name: "the same with group commit", take: storage(place, seconds, "all") },
    { name: `+ HTTP, ${concurrency} connections`, take: overHttp(place, seconds) }
  ]
  const taken = steps.map((): Array<Step> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, take }] of steps.entries()) {
      announce(`round ${round + 1} of ${rounds}: ${name}`)
      taken[index]?.push(yield* take)
      advance(round * steps.length + index + 1, rounds * steps.length)
    }
  }
  const rows = steps.map(({ name }, index) => {
    const middle = (value: (step: Step) => number) => median((taken[index] ?? []).map(value))
    const clock = middle((step) => step.clock)
    const database = middle((step) => step.database)
    const costs = [middle((step) => step.own), database].map(readable)
    return [name, readable(1e6 / clock), readable(clock), ...costs]
  })
  return {
    text: table(["", "per second", "µs elapsed", "µs of Node", "µs of PostgreSQL"], rows),
    data: { steps: steps.map(({ name }, index) => ({ name, rounds: taken[index] })) }
  }
})
