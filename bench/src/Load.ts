import type { Dataset } from "./Dataset.ts"

/** What is asked of a server: completions of other drafts each, one after the other. */
export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Requests that are meant to be sent in a second; without it, each connection sends its next when it has its answer. */
  readonly rate?: number | undefined
  /** Ends earlier, after that many requests. */
  readonly requests?: number | undefined
}

/** A load on drafts from `first` on. */
export interface Assignment extends Load {
  readonly url: string
  readonly dataset: Dataset
  readonly first: number
}

/** What came of a load. Latencies in milliseconds, counted from when a request was meant to be sent. */
export interface Measured {
  readonly sent: number
  readonly completed: number
  /** Everything that is not a completion of what was asked for, and how often. */
  readonly unexpected: Readonly<Record<string, number>>
  /** What sending a request and reading its answer cost the load generator, in µs of processor time. */
  readonly generatorTime: number
  /** Completions told in time, per second. */
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** The latency that this share of the requests did not exceed; `sorted` is in ascending order. */
const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Sums up latencies in milliseconds. */
export const summary = (latencies: ReadonlyArray<number>) => {
  const sorted = Float64Array.from(latencies).sort()
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), p999: percentile(sorted, 0.999) }
}
