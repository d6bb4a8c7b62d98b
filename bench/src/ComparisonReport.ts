/** A comparison as a table and a chart. */
import { type Bar, chart } from "./Chart.ts"
import type { Comparison, Series } from "./Compare.ts"
import { table } from "./Report.ts"
import type { Cost } from "./Slot.ts"
import { readable, spread } from "./Statistics.ts"

const over = (series: Series, value: (cost: Cost) => number) => spread(series.costs.map(value))
const middle = (series: Series, value: (cost: Cost) => number): string => readable(over(series, value).median)

/** How many answers were none of those that were due. */
export const unexpectedIn = (series: Series): number =>
  series.costs.flatMap(({ unexpected }) => Object.values(unexpected)).reduce((sum, count) => sum + count, 0)

/** Throughput beside the baseline's, round by round. */
const ratioIn = ({ baseline, series: all }: Comparison, series: Series) => {
  const beside = all.find(({ subject, load }) => subject === baseline && load === series.load)
  return spread(series.costs.map(({ perSecond }, round) => perSecond / (beside?.costs[round]?.perSecond ?? Number.NaN)))
}

const headOf = (series: Series): string =>
  series.load.rate === undefined ? `${series.load.connections} connections` : "at a fixed rate"

const groups = ({ series }: Comparison) => [...Map.groupBy(series, headOf)]

const latencies = (series: Series) => [
  middle(series, ({ p50 }) => p50),
  middle(series, ({ p99 }) => p99),
  middle(series, ({ p999 }) => p999)
]

const costs = (series: Series) => {
  const memory = over(series, ({ memory }) => memory).median
  return [
    memory === 0 ? "–" : middle(series, ({ serverTime }) => serverTime),
    middle(series, ({ databaseTime }) => databaseTime),
    memory === 0 ? "–" : readable(memory),
    String(unexpectedIn(series))
  ]
}

/** The tables: one for each number of connections, one for the fixed rate. */
export const text = (comparison: Comparison): string =>
  groups(comparison)
    .map(([head, group]) => {
      const isPaced = group[0]?.load.rate !== undefined
      const rows = group.map((series) => {
        const { least, median, greatest } = ratioIn(comparison, series)
        const speed = isPaced
          ? [readable(series.load.rate ?? Number.NaN)]
          : [
              middle(series, ({ perSecond }) => perSecond),
              `${readable(median)} (${readable(least)}–${readable(greatest)})`
            ]
        return [series.label, ...speed, ...latencies(series), ...costs(series)]
      })
      const speed = isPaced ? ["asked per second"] : ["per second", "ratio (min–max)"]
      const names = ["p50 ms", "p99 ms", "p99.9 ms", "server µs", "database µs", "peak MB", "unexpected"]
      return table([head, ...speed, ...names], rows)
    })
    .join("\n\n")

const roundsOf = ({ series: [first] }: Comparison): string => {
  const rounds = first?.costs.length ?? 0
  return rounds === 1 ? "one round: a first impression" : `median, and least to greatest of ${rounds} rounds`
}

/** The chart: completions per second. */
export const svg = (comparison: Comparison): string =>
  chart(
    `Completions per second, ${comparison.dataset.communications.toLocaleString("en")} drafts in PostgreSQL 18; ${roundsOf(comparison)}`,
    groups(comparison)
      .filter(([, group]) => group[0]?.load.rate === undefined)
      .map(([head, group]) => ({
        head,
        bars: group.map(
          (series): Bar => ({
            label: series.label,
            ours: series.label.startsWith("this software"),
            ...over(series, ({ perSecond }) => perSecond)
          })
        )
      }))
  )
