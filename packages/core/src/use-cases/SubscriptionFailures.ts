/** Questions about the failures of a subscription. */
import { Cause, Option, Predicate } from "effect"
import { StorageUnavailable } from "../domain/errors/index.ts"

/** Whether the cause is the expected failure with this tag. */
export const isFailure = (tag: string, cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.findErrorOption(cause), Predicate.isTagged(tag))

/** Whether the storage did not respond in time. */
export const isTimeout = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(
    Cause.findErrorOption(cause),
    (error) => error instanceof StorageUnavailable && error.reason === "timeout"
  )

/** The name and message of an error, at most 1,000 characters that every storage can carry. */
export const errorText = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : (JSON.stringify(error) ?? String(error))
    return text.replaceAll("\u0000", "").slice(0, 1_000).toWellFormed()
  } catch {
    return "an error that cannot be converted to text"
  }
}
