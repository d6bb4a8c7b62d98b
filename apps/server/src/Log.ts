/** The log of the server, one line for each entry: JSON for programs, text in a terminal. */
import { Cause, Formatter, Logger, Predicate, References } from "effect"

/** The messages of an error and of its causes. An error without a message has its code or its name. */
const messagesOf = (error: unknown): ReadonlyArray<string> => {
  if (!Predicate.isObject(error)) return [String(error)]
  const texts = ["message", "code", "name"].map((name) => (Predicate.hasProperty(error, name) ? error[name] : ""))
  const message = texts.find((text): text is string => Predicate.isString(text) && text !== "")
  const causes = Predicate.hasProperty(error, "cause") && error.cause !== undefined ? messagesOf(error.cause) : []
  return [...(message === undefined ? [] : [message]), ...causes]
}

/** Why an entry was written: a sentence for expected failures, the stack for a defect. */
const reasonOf = (cause: Cause.Cause<unknown>): string =>
  cause.reasons.every(Cause.isFailReason)
    ? cause.reasons.map(({ error }) => messagesOf(error).join(": ")).join("; ")
    : Cause.pretty(cause)

/** An entry of the log. */
const entry = Logger.make(({ date, logLevel, message, cause, fiber }) => {
  const texts = [message].flat().map((part) => (Predicate.isString(part) ? part : messagesOf(part).join(": ")))
  const reason = reasonOf(cause)
  return {
    timestamp: date.toISOString(),
    level: logLevel.toUpperCase(),
    message: texts.length === 0 ? reason : texts.join(" "),
    ...fiber.getRef(References.CurrentLogAnnotations),
    ...(fiber.cache.span === undefined ? {} : { trace_id: fiber.cache.span.traceId }),
    ...(reason === "" ? {} : { cause: reason })
  }
})

/** Formats an entry as a line of JSON. */
export const formatJson = Logger.map(entry, (entry) => Formatter.formatJson(entry))

/** Clients choose parts of the log, which must not control the terminal. */
const printable = (text: string): string =>
  text.replaceAll(/(?!\n)\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Formats an entry as text: the message, and then the names and values that belong to it. */
export const formatText = Logger.map(entry, ({ timestamp, level, message, cause, ...details }) => {
  const named = Object.entries(details).map(([name, value]) => `${name}=${Formatter.formatJson(value)}`)
  const line = [timestamp.slice(11, 23), level.padEnd(5), message, ...named].join(" ")
  return printable(cause === undefined ? line : `${line}\n  ${cause}`)
})

/** Whether a person reads the standard output. */
export const isTerminal = process.stdout.isTTY === true

/** Writes the log to the standard output. */
export const layer = Logger.layer([Logger.withConsoleLog(isTerminal ? formatText : formatJson)])
