/** The value in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The least, the middle and the greatest of some values. */
export interface Spread {
  readonly least: number
  readonly median: number
  readonly greatest: number
}

/** How values are spread. */
export const spread = (values: ReadonlyArray<number>): Spread => ({
  least: Math.min(...values),
  median: median(values),
  greatest: Math.max(...values)
})

/** A number as people read it: three digits that count, or all before the point. */
export const readable = (value: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
    : "–"
