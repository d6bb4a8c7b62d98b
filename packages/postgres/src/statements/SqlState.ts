/** The SQLSTATE and the message in the errors of drivers. */
import { Predicate } from "effect"

/** Matches a SQLSTATE; codes of Node and of libraries begin with other letters. Source: PostgreSQL, Appendix A. */
const pattern = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** The SQLSTATE in `code` of an error; null if the error is not the server's. */
export const sqlStateOf = (error: unknown): string | null =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) && pattern.test(error.code) ? error.code : null

/** The message of an error; undefined if it has none. */
export const messageOf = (error: unknown): string | undefined =>
  Predicate.hasProperty(error, "message") && Predicate.isString(error.message) ? error.message : undefined

/** The message of an error and, if it is the server's, its SQLSTATE; undefined if it has no message. */
export const describeError = (error: unknown): string | undefined => {
  const [message, sqlState] = [messageOf(error), sqlStateOf(error)]
  if (message === undefined || message === "") return undefined
  return sqlState === null ? message : `${message} (SQLSTATE ${sqlState})`
}
