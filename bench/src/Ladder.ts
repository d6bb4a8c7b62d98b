/** Shows where the time goes: measures a completion by the domain, by the use case, with the database, and over HTTP. */
import { complete, completeCommunication, layerMemory, Sessions } from "@communications/core"
import { aDraft, anAct, freshCaller, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Layer, Redacted } from "effect"
import * as Database from "./Database.ts"
import { tokenOf } from "./Dataset.ts"
import type { Options } from "./Options.ts"
import { processorTimeOf } from "./Processes.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { measure, type Place } from "./Slot.ts"
import { median, readable } from "./Statistics.ts"
import { reference } from "./Subjects.ts"

/** The cost of a completion in µs: elapsed time, and processor time of this software and of the database. */
interface Rung {
  readonly clock: number
  readonly own: number
  readonly database: number
}

const concurrency = 64

/** Times an effect that returns the number of its completions. */
const timed = Effect.fn(function* <E, R>(run: Effect.Effect<number, E, R>, postgres?: number) {
  const [start, cpu, database] = [performance.now(), process.cpuUsage(), postgres && processorTimeOf(postgres)]
  const times = yield* run
  const { user, system } = process.cpuUsage(cpu)
  const rung: Rung = {
    clock: ((performance.now() - start) * 1000) / times,
    own: (user + system) / times,
    database: postgres ? (processorTimeOf(postgres) - (database ?? 0)) / times : 0
  }
  return rung
})

/** Repeats a synchronous function until its time limit has passed, and returns the number of runs. */
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

/** On ports in memory, with new ports for every thousand drafts; only the completions are timed. */
const useCase = Effect.fn(function* (seconds: number) {
  const rungs: Array<Rung> = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const batch = Effect.gen(function* () {
      const [caller, token] = [freshCaller(), freshToken()]
      yield* (yield* Sessions).open(token, caller, Duration.hours(1))
      const drafts = Array.from({ length: 1000 }, (_, index) => aDraft(String(index)))
      yield* Effect.forEach(drafts, (draft) => store(caller.organisation, draft), { discard: true })
      const completing = ({ number }: { readonly number: string }) =>
        completeCommunication({ token, communication_identifier: { number } })
      return yield* timed(Effect.as(Effect.forEach(drafts, completing, { discard: true }), drafts.length))
    })
    rungs.push(yield* Effect.provide(batch, layerMemory))
  }
  const middle = (value: (rung: Rung) => number) => median(rungs.map(value))
  return { clock: middle(({ clock }) => clock), own: middle(({ own }) => own), database: 0 }
})

/** On PostgreSQL, in this process, with as many connections as the server has in its pool. */
const storage = Effect.fn(function* (
  { postgres, dataset, warmUp }: Place,
  seconds: number,
  groupCommit: "all" | "off"
) {
  const url = yield* Database.copyOf(postgres, dataset)
  const ports = Postgres.layer.pipe(
    Layer.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 })),
    Layer.provide(Layer.succeed(Postgres.DatabaseSchema, "public")), // as the server
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
  const rung: Rung = {
    clock: 1e6 / (cost?.perSecond ?? Number.NaN),
    own: cost?.serverTime ?? Number.NaN,
    database: cost?.databaseTime ?? Number.NaN
  }
  return rung
})

/** Measures every rung once per round. */
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
  const rungs = [
    { name: "the domain: `complete`, a pure function", run: domain(seconds) },
    { name: "+ the use case, in memory", run: useCase(seconds) },
    {
      name: `+ PostgreSQL, ${concurrency} concurrent, without group commit`,
      run: storage(place, seconds, "off")
    },
    { name: "+ PostgreSQL, with group commit", run: storage(place, seconds, "all") },
    { name: `+ HTTP, ${concurrency} connections`, run: overHttp(place, seconds) }
  ]
  const measured = rungs.map((): Array<Rung> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, run }] of rungs.entries()) {
      announce(`round ${round + 1} of ${rounds}: ${name}`)
      measured[index]?.push(yield* run)
      advance(round * rungs.length + index + 1, rounds * rungs.length)
    }
  }
  const rows = rungs.map(({ name }, index) => {
    const middle = (value: (rung: Rung) => number) => median((measured[index] ?? []).map(value))
    const clock = middle((rung) => rung.clock)
    const database = middle((rung) => rung.database)
    const costs = [middle((rung) => rung.own), database].map(readable)
    return [name, readable(1e6 / clock), readable(clock), ...costs]
  })
  return {
    text: table(["", "per second", "µs elapsed", "µs of Node", "µs of PostgreSQL"], rows),
    data: { steps: rungs.map(({ name }, index) => ({ name, rounds: measured[index] })) }
  }
})
