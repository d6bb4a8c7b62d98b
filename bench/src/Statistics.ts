/** The median of some values. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The minimum, the median and the maximum of some values. */
export interface Spread {
  readonly least: number
  readonly median: number
  readonly greatest: number
}

/** The spread of some values. */
export const spread = (values: ReadonlyArray<number>): Spread => ({
  least: Math.min(...values),
  median: median(values),
  greatest: Math.max(...values)
})

/** Each value divided by the other value of the same round, because values of different rounds are not comparable. */
export const ratios = (values: ReadonlyArray<number>, others: ReadonlyArray<number>): Spread =>
  spread(values.map((value, round) => value / (others[round] ?? Number.NaN)))

/** Formats a number with about three significant digits, and always with all digits before the point. */
export const readable = (value: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
    : "–"

/** Formats a median with its range. */
export const readableRange = ({ least, median, greatest }: Spread): string =>
  Number.isFinite(median) ? `${readable(median)} (${readable(least)}–${readable(greatest)})` : "–"
