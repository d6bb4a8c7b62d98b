import { Cause, Layer, Logger, type LogLevel, References } from "effect"

/** A line of the library's log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error"
  readonly message: string
  /** The error that the line is about, or `undefined`. */
  readonly error: unknown
  /** Names and values that belong to the line, such as `subscription`, `event` or `request_id`. */
  readonly details: Readonly<Record<string, unknown>>
}

const levels: Readonly<Record<LogLevel.LogLevel, LogLine["level"]>> = {
  ...{ All: "debug", Trace: "debug", Debug: "debug", None: "debug" },
  ...{ Info: "info", Warn: "warn", Error: "error", Fatal: "error" }
}

/**
 * Writes the library's log with a function of the host, instead of to the console: merge it into the ports. The library
 * logs only what somebody should look into, and, at level `info`, that it is over. If the function throws, the line goes
 * to the console.
 */
export const layerLog = (write: (line: LogLine) => void): Layer.Layer<never> =>
  Layer.merge(
    Layer.succeed(References.MinimumLogLevel, "Info"),
    Logger.layer([
      Logger.make((options) => {
        const { logLevel, message, cause, fiber } = options
        try {
          write({
            level: levels[logLevel],
            message: [message].flat().join(" "),
            error: cause.reasons.length === 0 ? undefined : Cause.squash(cause),
            details: { ...fiber.getRef(References.CurrentLogAnnotations) }
          })
        } catch {
          Logger.defaultLogger.log(options) // the line must not be lost, nor fail the work that it is about
        }
      })
    ])
  )
