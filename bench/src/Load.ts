import type { Dataset } from "./Dataset.ts"

/** Requests to a server; each completes another draft. */
export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Requests per second; without it, each connection sends its next request as soon as it has its answer. */
  readonly rate?: number | undefined
  /** Ends the load after this many requests, if the time is not over earlier. */
  readonly requests?: number | undefined
}

/** A load on drafts from `first` on. */
export interface Assignment extends Load {
  readonly url: string
  readonly dataset: Dataset
  readonly first: number
}

/** The result of a load. Latencies are in ms and count from when a request was due. */
export interface Measured {
  readonly sent: number
  readonly completed: number
  /** Every answer that is not the expected completion, and how often it came. */
  readonly unexpected: Readonly<Record<string, number>>
  /** The load generator's processor time for a request and its answer, in µs. */
  readonly generatorTime: number
  /** Completions answered before the time was over, per second. */
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** The percentile of values in ascending order; `share` is from 0 to 1. */
const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** The percentiles of latencies. */
export const summary = (latencies: ReadonlyArray<number>) => {
  const sorted = Float64Array.from(latencies).sort()
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), p999: percentile(sorted, 0.999) }
}
