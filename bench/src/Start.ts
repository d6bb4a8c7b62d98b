/** Measures the time from the start to the first response, of sequential requests, and after an idle time. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import { completing, type Dataset } from "./Dataset.ts"
import type { Options } from "./Options.ts"
import { memoryOf, server } from "./Processes.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { rotated } from "./Rounds.ts"
import { median, ratios, readableRange, spread } from "./Statistics.ts"
import { baseline, checkoutsOf, install } from "./Subjects.ts"

/** The times of one start, in ms, and the memory. */
interface Times {
  /** From the start of the process to the first response. */
  readonly start: number
  /** Of a request after the idle time. */
  readonly rested: number
  /** The median of sequential requests. */
  readonly alone: number
  /** The peak memory, in MB. */
  readonly memory: number
}

const idleTime = "5 seconds"
const sequentialRequests = 300

/** Completes the draft with this number, and returns the time it took, in ms. */
const complete = (url: string, dataset: Dataset, number: number) =>
  Effect.promise(async () => {
    const began = performance.now()
    const response = await fetch(`${url}/crmapi/rest/v2/communications/complete`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: completing(dataset, number)
    })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`draft ${number} was not completed: status ${response.status}`)
    return performance.now() - began
  })

/** Starts every subject once per round. */
export const start = Effect.fn(function* (options: Options) {
  const { rounds } = options
  const series = options.subjects.flatMap(({ program, ...subject }) => {
    const times: Array<Times> = []
    return program === undefined ? [] : [{ ...subject, program, times }]
  })
  yield* install(series)
  const postgres = yield* Database.postgres
  const [organisations = 1] = options.organisations
  const dataset = { communications: 10_000, completed: 0, organisations }
  for (const checkout of checkoutsOf(series)) yield* Database.template(postgres, dataset, checkout)
  for (let round = 0; round < rounds; round++) {
    for (const [turn, { label, checkout, program, env, times }] of rotated(series, round).entries()) {
      announce(`round ${round + 1} of ${rounds}: ${label}`)
      const started = Effect.gen(function* () {
        const database = yield* Database.copyOf(postgres, dataset, checkout)
        const began = performance.now()
        const { url, pid } = yield* server(program, { ...env, DATABASE_URL: database }, checkout)
        yield* complete(url, dataset, 1)
        const start = performance.now() - began
        const others = yield* Effect.forEach(
          Array.from({ length: sequentialRequests }, (_, other) => other + 2),
          (number) => complete(url, dataset, number)
        )
        yield* Effect.sleep(idleTime)
        const rested = yield* complete(url, dataset, sequentialRequests + 2)
        // Without the first half, during which Node still compiles.
        return { start, rested, alone: median(others.slice(sequentialRequests / 2)), memory: memoryOf(pid) }
      })
      times.push(yield* Effect.scoped(started))
      advance(round * series.length + turn + 1, rounds * series.length)
    }
  }
  const aloneOf = (all: ReadonlyArray<Times> = []) => all.map(({ alone }) => alone)
  const baselineTimes = aloneOf(series.find(({ name }) => name === baseline.name)?.times)
  const rows = series.map(({ label, times }) => {
    const of = (value: (times: Times) => number) => readableRange(spread(times.map(value)))
    return [
      label,
      of(({ start }) => start),
      of(({ rested }) => rested),
      of(({ alone }) => alone),
      readableRange(ratios(aloneOf(times), baselineTimes)),
      of(({ memory }) => memory)
    ]
  })
  const names = [
    "start to first response, ms",
    `after ${idleTime} idle, ms`,
    "sequential requests, p50 ms",
    "ratio (min–max)"
  ]
  return {
    text: table(["", ...names, "peak MB"], rows),
    data: { subjects: series.map(({ name, times }) => ({ name, rounds: times })) }
  }
})
