/** The time to the first answer, after a rest, and of one request after the other. */
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

/** Times in ms: from the start of the process to the first answer, after a rest, and of one request after the other. */
interface Times {
  readonly start: number
  readonly rested: number
  readonly alone: number
  readonly memory: number
}

const rest = "5 seconds"
const inARow = 300

/** Completes the draft of that number, and returns how long that took. */
const ask = (url: string, dataset: Dataset, number: number) =>
  Effect.promise(async () => {
    const began = performance.now()
    const response = await fetch(`${url}/crmapi/rest/v2/communications/complete`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: completing(dataset, number)
    })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`draft ${number} is not completed: ${response.status}`)
    return performance.now() - began
  })

/** Starts every subject once in each round. */
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
        yield* ask(url, dataset, 1)
        const start = performance.now() - began
        const others = yield* Effect.forEach(
          Array.from({ length: inARow }, (_, other) => other + 2),
          (number) => ask(url, dataset, number)
        )
        yield* Effect.sleep(rest)
        const rested = yield* ask(url, dataset, inARow + 2)
        // Not the first half, during which Node still compiles.
        return { start, rested, alone: median(others.slice(inARow / 2)), memory: memoryOf(pid) }
      })
      times.push(yield* Effect.scoped(started))
      advance(round * series.length + turn + 1, rounds * series.length)
    }
  }
  const aloneOf = (all: ReadonlyArray<Times> = []) => all.map(({ alone }) => alone)
  const beside = aloneOf(series.find(({ name }) => name === baseline.name)?.times)
  const rows = series.map(({ label, times }) => {
    const of = (value: (times: Times) => number) => readableRange(spread(times.map(value)))
    return [
      label,
      of(({ start }) => start),
      of(({ rested }) => rested),
      of(({ alone }) => alone),
      readableRange(ratios(aloneOf(times), beside)),
      of(({ memory }) => memory)
    ]
  })
  const names = ["start to first answer ms", `after ${rest} ms`, "one after the other, p50 ms", "ratio (min–max)"]
  return {
    text: table(["", ...names, "peak MB"], rows),
    data: { subjects: series.map(({ name, times }) => ({ name, rounds: times })) }
  }
})
