/** How this software bears growth: more communications, with their history and events, and more organisations. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import type { Dataset } from "./Dataset.ts"
import { freeGigabytes } from "./Disk.ts"
import type { Options } from "./Options.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { type Cost, measure } from "./Slot.ts"
import { readable, spread } from "./Statistics.ts"
import { reference } from "./Subjects.ts"

const sizes = ({ full, quick }: Options): ReadonlyArray<number> => [
  10_000,
  quick ? 100_000 : 1_000_000,
  ...(full ? [10_000_000] : [])
]

/** What the templates, a copy of the largest and PostgreSQL's log of changes take, in GB; with room to spare. */
const gigabytesOf = (datasets: ReadonlyArray<Dataset>): number => {
  const counts = datasets.map(({ communications }) => communications)
  const bytesEach = 1500
  return (counts.reduce((sum, count) => sum + count, Math.max(...counts)) * bytesEach) / 1e9 + 2
}

const nameOf = ({ communications, organisations }: Dataset): string => `grown_${communications}_${organisations}`

/** Measures every size in each round: half of the communications are completed, the others are there to be. */
export const growth = Effect.fn(function* (options: Options) {
  const { rounds } = options
  const datasets = sizes(options).flatMap((communications) =>
    [1, 1000].map((organisations): Dataset => ({ communications, completed: communications / 2, organisations }))
  )
  const needed = gigabytesOf(datasets)
  const free = freeGigabytes()
  if (free < needed) {
    return yield* Effect.die(new Error(`it needs ${Math.ceil(needed)} GB of disk, ${Math.floor(free)} GB are free`))
  }
  const postgres = yield* Database.postgres
  for (const dataset of datasets) yield* Database.template(postgres, nameOf(dataset), dataset)
  const taken = datasets.map((): Array<Cost> => [])
  for (let round = 0; round < rounds; round++) {
    for (const index of datasets.keys()) {
      const at = (index + round) % datasets.length
      const dataset = datasets[at]
      if (dataset === undefined) continue
      announce(`round ${round + 1} of ${rounds}: ${nameOf(dataset)}`)
      const warmUp = { connections: 64, seconds: 30, requests: options.quick ? 300 : 1000 }
      const place = { postgres, template: nameOf(dataset), dataset, warmUp }
      // As many for every size: what the smallest has to complete.
      const load = { connections: 64, seconds: 60, requests: options.quick ? 1500 : 3900 }
      const { costs } = yield* measure(place, reference, [load])
      taken[at]?.push(...costs)
      advance(round * datasets.length + index + 1, rounds * datasets.length)
    }
  }
  const rows = datasets.map(({ communications, organisations }, index) => {
    const costs = taken[index] ?? []
    const speed = spread(costs.map(({ perSecond }) => perSecond))
    const ratio = spread(costs.map(({ perSecond }, round) => perSecond / (taken[0]?.[round]?.perSecond ?? Number.NaN)))
    return [
      communications.toLocaleString("en"),
      organisations.toLocaleString("en"),
      readable(speed.median),
      `${readable(ratio.median)} (${readable(ratio.least)}–${readable(ratio.greatest)})`,
      readable(spread(costs.map(({ databaseTime }) => databaseTime)).median)
    ]
  })
  return {
    text: table(["communications", "organisations", "per second", "ratio (min–max)", "database µs"], rows),
    data: { options, datasets: datasets.map((dataset, index) => ({ dataset, rounds: taken[index] })) }
  }
})
