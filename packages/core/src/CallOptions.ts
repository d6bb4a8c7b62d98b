import { type Duration, Effect } from "effect"
import { checkDuration } from "./checkDuration.ts"
import { endEarly, startTimer } from "./endEarly.ts"
import { isRequestId } from "./use-cases/Authentication.ts"

/** An `AbortSignal`, of which only these members are used. */
export interface CallSignal {
  readonly aborted: boolean
  readonly reason: unknown
  readonly addEventListener: (type: "abort", listener: () => void) => void
  readonly removeEventListener: (type: "abort", listener: () => void) => void
}

/** The options of a single call. */
export interface CallOptions {
  /** Recorded in the history with a change: 1 to 128 letters, digits, dots, hyphens and underscores. */
  readonly request_id?: string | undefined
  /**
   * How long the call may take. After it, the call fails with `StorageUnavailable`, and a change may or may not have been
   * made. It cannot extend the time limit of the ports, which is 5 seconds on PostgreSQL.
   */
  readonly within?: Duration.Input | undefined
  /** If it is aborted, the call rejects with its reason at once, and a change may or may not have been made. */
  readonly signal?: CallSignal | undefined
}

/** The names of these options; the compiler checks that none is missing. */
export const callOptionNames: ReadonlyArray<string> = Object.keys({
  request_id: true,
  within: true,
  signal: true
} satisfies Record<keyof CallOptions, true>)

/** Throws a `TypeError` if an option is invalid, and a `RangeError` if it is `within`. */
export const checkCallOptions = ({ request_id, within, signal }: CallOptions): void => {
  if (request_id !== undefined && !isRequestId(request_id)) {
    throw new TypeError("request_id must be 1 to 128 letters, digits, dots, hyphens and underscores")
  }
  if (within !== undefined) checkDuration("within", within)
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError("signal must be an AbortSignal")
  }
}

/** Runs a call until it ends, its time limit has passed or its signal is aborted. */
export const withCallOptions = <A, R>(
  call: Effect.Effect<A, never, R>,
  { within, signal }: CallOptions,
  timedOut: () => A
): Effect.Effect<A, never, R> => {
  if (within === undefined && signal === undefined) return call
  if (signal?.aborted) return Effect.die(signal.reason)
  return endEarly(call, (end, context) => {
    const onAbort = () => end(Effect.die(signal?.reason))
    signal?.addEventListener("abort", onAbort)
    const stopTimer = within === undefined ? undefined : startTimer(context, within, () => end(Effect.sync(timedOut)))
    return () => {
      signal?.removeEventListener("abort", onAbort)
      stopTimer?.()
    }
  })
}
