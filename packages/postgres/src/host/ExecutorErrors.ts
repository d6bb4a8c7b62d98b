/** The errors of any driver of PostgreSQL, as those of `effect/sql`. */
import { Predicate } from "effect"
import { SqlError } from "effect/sql"

/** SQLSTATE by its classes; codes of Node and of libraries begin otherwise. Source: PostgreSQL, Appendix A. */
const sqlState = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** What the server itself said, which libraries wrap; nothing where it never spoke. */
const serverError = (error: unknown): { readonly code: string; readonly cause: unknown } | undefined => {
  if (Predicate.hasProperty(error, "code") && Predicate.isString(error.code) && sqlState.test(error.code)) {
    return { code: error.code, cause: error }
  }
  return Predicate.hasProperty(error, "cause") ? serverError(error.cause) : undefined
}

/** The name of the constraint that was violated, as pg, PGlite and postgres.js tell it. */
const constraintOf = (error: unknown): string => {
  for (const property of ["constraint", "constraint_name"]) {
    if (Predicate.hasProperty(error, property) && Predicate.isString(error[property])) return error[property]
  }
  return "unknown"
}

/** By SQLSTATE, or by its class where that is all that counts: the same reasons as those of `@effect/sql-pg`. */
const reasons: {
  readonly [state: string]: new (_: {
    readonly cause: unknown
    readonly message: string
    readonly operation: string
  }) => SqlError.SqlErrorReason
} = {
  "08": SqlError.ConnectionError,
  "23": SqlError.ConstraintError,
  "28": SqlError.AuthenticationError,
  "42": SqlError.SqlSyntaxError,
  "40001": SqlError.SerializationError,
  "40P01": SqlError.DeadlockError,
  "42501": SqlError.AuthorizationError,
  "55P03": SqlError.LockTimeoutError,
  "57014": SqlError.StatementTimeoutError
}

/** The `SqlError` that a driver's error stands for: by the server's word, and without one a failure to reach it. */
export const toSqlError = (error: unknown): SqlError.SqlError => {
  const { code, cause } = serverError(error) ?? { code: "08", cause: error }
  const props = { cause, message: "The host's handle failed to run a statement", operation: "execute" }
  const Reason = reasons[code] ?? reasons[code.slice(0, 2)] ?? SqlError.UnknownError
  return new SqlError.SqlError({
    reason:
      code === "23505" ? new SqlError.UniqueViolation({ ...props, constraint: constraintOf(cause) }) : new Reason(props)
  })
}
