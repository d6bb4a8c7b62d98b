/** Statistics of measured values. */

type Values = ReadonlyArray<number>

/** The value below which this part of the values lies. */
export const quantile = (values: Values, part: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length * part)] ?? Number.NaN

/** The median. */
export const median = (values: Values): number => quantile(values, 0.5)

const mean = (values: Values): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Welch's t of two samples, without the largest tenth of all values: these are interruptions by other programs. */
export const welchT = (left: Values, right: Values): number => {
  const limit = quantile([...left, ...right], 0.9)
  const [a, b] = [left, right].map((values) => {
    const kept = values.filter((value) => value <= limit)
    const centre = mean(kept)
    const variance = kept.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (kept.length - 1)
    return { centre, error: variance / kept.length }
  })
  return a === undefined || b === undefined ? Number.NaN : Math.abs(a.centre - b.centre) / Math.sqrt(a.error + b.error)
}

/** The slope of the straight line through points (least squares), in units of y for each unit of x. */
export const slopeOf = (points: ReadonlyArray<{ readonly x: number; readonly y: number }>): number => {
  const [x, y] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))]
  const covariance = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0)
  return covariance / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}
