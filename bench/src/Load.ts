import type { Dataset } from "./Dataset.ts"

/** A load of requests; each completes a different draft. */
export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Requests per second; by default, each connection sends its next request when it has its response. */
  readonly rate?: number | undefined
  /** The load ends after this number of requests, or earlier if its time limit has passed. */
  readonly requests?: number | undefined
}

/** A load that completes the drafts from number `first` on. */
export interface Assignment extends Load {
  readonly url: string
  readonly dataset: Dataset
  readonly first: number
}

/** The result of a load. Latencies are in ms, and count from the time at which a request was due. */
export interface Measured {
  readonly sent: number
  readonly completed: number
  /** The number of times that each unexpected response came. */
  readonly unexpected: Readonly<Record<string, number>>
  /** The load generator's processor time per request, in µs. */
  readonly generatorTime: number
  /** Completions per second; responses after the end of the load do not count. */
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
