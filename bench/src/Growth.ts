/** Measures this software with more communications, their history, and more organisations. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import type { Dataset } from "./Dataset.ts"
import { freeGigabytes } from "./Disk.ts"
import type { Options } from "./Options.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { rotated } from "./Rounds.ts"
import { type Cost, measure } from "./Slot.ts"
import { median, ratios, readable, readableRange } from "./Statistics.ts"
import { reference } from "./Subjects.ts"

const sizes = ({ full, quick }: Options): ReadonlyArray<number> => [
  10_000,
  quick ? 100_000 : 1_000_000,
  ...(full ? [10_000_000] : [])
]

/** An upper estimate of the disk space, in GB, for the templates, a copy of the largest one and the write-ahead log. */
const gigabytesOf = (datasets: ReadonlyArray<Dataset>): number => {
  const counts = datasets.map(({ communications }) => communications)
  const bytesEach = 1500
  return (counts.reduce((sum, count) => sum + count, Math.max(...counts)) * bytesEach) / 1e9 + 2
}

/** Measures every size in each round. Half of the communications are already completed. */
export const growth = Effect.fn(function* (options: Options) {
  const { rounds } = options
  const series = sizes(options).flatMap((communications) =>
    [1, 1000].map((organisations) => {
      const dataset: Dataset = { communications, completed: communications / 2, organisations }
      const costs: Array<Cost> = []
      return { dataset, costs }
    })
  )
  const datasets = series.map(({ dataset }) => dataset)
  const needed = gigabytesOf(datasets)
  const free = freeGigabytes()
  if (free < needed) {
    return yield* Effect.die(
      new Error(`growth needs ${Math.ceil(needed)} GB of free disk space, but only ${Math.floor(free)} GB are free`)
    )
  }
  const postgres = yield* Database.postgres
  for (const dataset of datasets) yield* Database.template(postgres, dataset)
  for (let round = 0; round < rounds; round++) {
    for (const [turn, { dataset, costs }] of rotated(series, round).entries()) {
      announce(`round ${round + 1} of ${rounds}: ${dataset.communications} of ${dataset.organisations} organisations`)
      const warmUp = { connections: 64, seconds: 30, requests: options.quick ? 300 : 1000 }
      const place = { postgres, dataset, warmUp }
      // The smallest size has enough drafts for this number of requests.
      const load = { connections: 64, seconds: 60, requests: options.quick ? 1500 : 3900 }
      costs.push(...(yield* measure(place, reference, [load])).costs)
      advance(round * series.length + turn + 1, rounds * series.length)
    }
  }
  const speedsOf = (costs: ReadonlyArray<Cost> = []) => costs.map(({ perSecond }) => perSecond)
  const rows = series.map(({ dataset, costs }) => [
    dataset.communications.toLocaleString("en"),
    dataset.organisations.toLocaleString("en"),
    readable(median(speedsOf(costs))),
    readableRange(ratios(speedsOf(costs), speedsOf(series[0]?.costs))),
    readable(median(costs.map(({ databaseTime }) => databaseTime)))
  ])
  return {
    text: table(["communications", "organisations", "per second", "ratio (min–max)", "database µs"], rows),
    data: { datasets: series.map(({ dataset, costs }) => ({ dataset, rounds: costs })) }
  }
})
