/** Translates the errors of any PostgreSQL driver into errors of `effect/sql`. */
import { Predicate } from "effect"
import { SqlError } from "effect/sql"
import { messageOf, sqlStateOf } from "../statements/SqlState.ts"

/** The server's error, which libraries wrap; undefined if the error is not the server's. */
const serverError = (error: unknown): { readonly code: string; readonly cause: unknown } | undefined => {
  const code = sqlStateOf(error)
  if (code !== null) return { code, cause: error }
  return Predicate.hasProperty(error, "cause") ? serverError(error.cause) : undefined
}

/** The name of the violated constraint, in the property that pg, PGlite or postgres.js set. */
const constraintOf = (error: unknown): string => {
  for (const property of ["constraint", "constraint_name"]) {
    if (Predicate.hasProperty(error, property) && Predicate.isString(error[property])) return error[property]
  }
  return "unknown"
}

/** Reasons by SQLSTATE or by class of SQLSTATE: the same as those of `@effect/sql-pg`. */
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

/** The `SqlError` for a driver's error: by its SQLSTATE, or a `ConnectionError` if it has none. */
export const toSqlError = (error: unknown): SqlError.SqlError => {
  const { code, cause } = serverError(error) ?? { code: "08", cause: error }
  const message = `A statement failed on the host's handle: ${messageOf(cause) ?? String(cause)}`
  const props = { cause, message, operation: "execute" }
  const Reason = reasons[code] ?? reasons[code.slice(0, 2)] ?? SqlError.UnknownError
  return new SqlError.SqlError({
    reason:
      code === "23505" ? new SqlError.UniqueViolation({ ...props, constraint: constraintOf(cause) }) : new Reason(props)
  })
}
