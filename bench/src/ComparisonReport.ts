/** Formats a comparison as tables and a chart. */
import { isDeepStrictEqual } from "node:util"
import { type Bar, chart } from "./Chart.ts"
import type { Comparison, Series } from "./Compare.ts"
import { table } from "./Report.ts"
import type { Cost } from "./Slot.ts"
import { ratios, readable, readableRange, spread } from "./Statistics.ts"

type Value = (cost: Cost) => number

const over = (series: Series, value: Value) => spread(series.costs.map(value))
const middle = (series: Series, value: Value): string => readable(over(series, value).median)

/** The number of responses that were not the expected completion. */
export const unexpectedIn = (series: Series): number =>
  series.costs.flatMap(({ unexpected }) => Object.values(unexpected)).reduce((sum, count) => sum + count, 0)

/** The costs of another subject under the same load. */
const counterpart = ({ series: all }: Comparison, subject: string, series: Series) =>
  all.find(
    ({ subject: name, organisations, load }) =>
      name === subject && organisations === series.organisations && isDeepStrictEqual(load, series.load)
  )?.costs

/** The ratios of a value to that of another subject under the same load, round by round, or a dash if it was not measured. */
const ratioTo = (comparison: Comparison, subject: string, series: Series, value: Value): string =>
  readableRange(ratios(series.costs.map(value), counterpart(comparison, subject, series)?.map(value) ?? []))

const headOf = ({ load, organisations }: Series): string => {
  const pace = load.rate === undefined ? `${load.connections} connections` : "at a fixed rate"
  return `${pace}, ${organisations.toLocaleString("en")} organisation${organisations === 1 ? "" : "s"}`
}

const isPaced = ({ load }: Series): boolean => load.rate !== undefined
const isOurs = ({ label }: Series): boolean => label.startsWith("this software")

const costNames = ["server µs", "database µs", "peak MB", "unexpected"]

const comparedValues: ReadonlyArray<Value> = [
  ({ perSecond }) => perSecond,
  ({ p50 }) => p50,
  ({ p99 }) => p99,
  ({ serverTime }) => serverTime,
  ({ databaseTime }) => databaseTime,
  ({ memory }) => memory
]

const groups = ({ series }: Comparison) => [...Map.groupBy(series, headOf)]

const costs = (series: Series) => {
  const memory = over(series, ({ memory }) => memory).median
  return [
    memory === 0 ? "–" : middle(series, ({ serverTime }) => serverTime),
    middle(series, ({ databaseTime }) => databaseTime),
    memory === 0 ? "–" : readable(memory),
    String(unexpectedIn(series))
  ]
}

/** The table of subjects at full speed, for one number of connections. */
const closedTable = (comparison: Comparison, head: string, group: ReadonlyArray<Series>): string =>
  table(
    [head, "per second", "ratio (min–max)", "p50 ms", "p99 ms", "p99.9 ms", ...costNames],
    group.map((series) => [
      series.label,
      middle(series, ({ perSecond }) => perSecond),
      ratioTo(comparison, comparison.baseline, series, ({ perSecond }) => perSecond),
      middle(series, ({ p50 }) => p50),
      middle(series, ({ p99 }) => p99),
      middle(series, ({ p999 }) => p999),
      ...costs(series)
    ])
  )

/** The table of subjects at a fixed rate. Latencies have a ratio if the baseline was measured at the same rate. */
const pacedTable = (comparison: Comparison, head: string, group: ReadonlyArray<Series>): string =>
  table(
    [head, "requests per second", "p50 ms", "ratio (min–max)", "p99 ms", "ratio (min–max)", "p99.9 ms", ...costNames],
    group.map((series) => [
      series.label,
      readable(series.load.rate ?? Number.NaN),
      middle(series, ({ p50 }) => p50),
      ratioTo(comparison, comparison.baseline, series, ({ p50 }) => p50),
      middle(series, ({ p99 }) => p99),
      ratioTo(comparison, comparison.baseline, series, ({ p99 }) => p99),
      middle(series, ({ p999 }) => p999),
      ...costs(series)
    ])
  )

/** The table that compares this software with its other version. */
const otherTable = (comparison: Comparison, other: string): string =>
  table(
    [
      `compared with ${other}, ratio (min–max)`,
      "per second",
      "p50",
      "p99",
      "server time",
      "database time",
      "peak memory"
    ],
    comparison.series
      .filter((series) => isOurs(series) && counterpart(comparison, "other", series) !== undefined)
      .map((series) => [
        `${series.label}, ${headOf(series)}`,
        ...comparedValues.map((value) => ratioTo(comparison, "other", series, value))
      ])
  )

/** The tables of a comparison. */
export const text = (comparison: Comparison): string =>
  [
    ...groups(comparison).map(([head, group]) =>
      group.some(isPaced) ? pacedTable(comparison, head, group) : closedTable(comparison, head, group)
    ),
    ...(comparison.other === undefined ? [] : [otherTable(comparison, comparison.other)])
  ].join("\n\n")

const roundsOf = ({ series: [first] }: Comparison): string => {
  const rounds = first?.costs.length ?? 0
  return rounds === 1 ? "one round: a first impression" : `median and range of ${rounds} rounds`
}

/** The chart of completions per second on the first dataset. */
export const svg = (comparison: Comparison): string => {
  const [first] = comparison.series
  return chart(
    `Completions per second, ${comparison.communications.toLocaleString("en")} drafts in PostgreSQL 18; ${roundsOf(comparison)}`,
    groups(comparison)
      .filter(([, group]) => group.some((series) => !isPaced(series) && series.organisations === first?.organisations))
      .map(([head, group]) => ({
        head,
        bars: group.map(
          (series): Bar => ({
            label: series.label,
            ours: isOurs(series),
            ...over(series, ({ perSecond }) => perSecond)
          })
        )
      }))
  )
}
