/** The lines that a request writes to the log. */
import type { StorageUnavailable } from "@communications/core"
import { Cause, Context, Duration, Effect, type LogLevel } from "effect"
import { addressOf } from "./ClientAddress.ts"
import type { HttpRequest } from "./HttpRequest.ts"
import { makeLogLimit } from "./LogLimit.ts"

/** A request that is being served. */
export interface Served {
  readonly request: HttpRequest
  /** The path of its URL, without the query, which may contain a token. */
  readonly path: string
  readonly id: string
  /** When serving began, by `performance.now()`. */
  readonly began: number
}

/** What a line says beyond its message and the request. */
interface Line {
  readonly status?: number
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: Cause.Cause<unknown>
}

/** Logs a line about a request: with its id, method, path and duration, the client's address, and a status if it has one. */
export const logRequest = (
  level: LogLevel.Severity,
  message: string,
  { request, path, id, began }: Served,
  { status, details, cause = Cause.empty }: Line = {}
): Effect.Effect<void> =>
  Effect.flatMap(addressOf(request), (address) =>
    Effect.annotateLogs(Effect.logWithLevel(level)(message, cause), {
      ...{ request_id: id, method: request.method, path },
      ...(status === undefined ? {} : { status }),
      ...{ duration_ms: Math.round((performance.now() - began) * 10) / 10, address },
      ...details
    })
  )

/** Makes a limit of this many lines in ten seconds: clients must not fill the log. */
const perTenSeconds = (most: number) => makeLogLimit(most, Duration.seconds(10))

/** Makes the limits of a process. */
export const makeLogLimits = () => ({
  ...{ defects: perTenSeconds(100), unavailable: perTenSeconds(100), throttled: perTenSeconds(10) }
})

/** The limits of this process. Tests of log lines have limits of their own. */
export const LogLimits = Context.Reference("@communications/http/LogLimits", { defaultValue: makeLogLimits })

/** Logs a defect. */
export const logDefect = (served: Served, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.flatMap(LogLimits, ({ defects }) =>
    defects(logRequest("Error", "Internal error", served, { status: 500, cause }))
  )

/** Logs that the storage was unavailable to a request, and why. */
export const logUnavailable = (served: Served, error: StorageUnavailable): Effect.Effect<void> =>
  Effect.flatMap(LogLimits, ({ unavailable }) =>
    unavailable(logRequest("Warn", "Storage unavailable", served, { status: 503, cause: Cause.fail(error) }))
  )

/** The longest text of a client in a line, in characters. */
const longest = 100

/** Logs that a log-in was refused because of too many attempts. */
export const logThrottled = (served: Served, parameters: Readonly<Record<string, unknown>>): Effect.Effect<void> =>
  Effect.flatMap(LogLimits, ({ throttled }) =>
    throttled(
      logRequest("Info", "Too many failed attempts to log in", served, {
        status: 429,
        details: {
          organisation: String(parameters.organisation).slice(0, longest),
          username: String(parameters.username).slice(0, longest)
        }
      })
    )
  )
