/** Formats and parses the values of columns in SQL and as text, so that drivers make no difference. */
import { DateTime } from "effect"
import type { SqlClient, Statement } from "effect/sql"

/** Formats a timestamp as a parameter. */
export const formatTimestamp = (at: DateTime.Utc | null): string | null => (at === null ? null : DateTime.formatIso(at))

/** Formats a value as a parameter for a JSON column. */
export const formatJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/**
 * Formats texts as one parameter, which the statement casts to `text` and then to an array. The cast must be in a
 * sub-select: otherwise PostgreSQL parses the array for each row that it compares.
 */
export const formatArray = (texts: ReadonlyArray<string>): string =>
  `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`

/** Throws the error of a row that lacks a column of its statement, with the likely cause. */
export const missingColumn = (): never => {
  throw new TypeError(
    "A row lacks a column of its statement: does the host's handle rename columns or change values, for instance by `transform` of postgres.js or `postProcessResponse` of Knex? The library can only restore names in camelCase, and integers."
  )
}

/** Converts a uuid as PostgreSQL prints it into an id of the domain. A handle that changes values may return no text. */
export const hex = (uuid: string): string =>
  typeof uuid === "string" ? uuid.replaceAll("-", "").toUpperCase() : missingColumn()

/** The SQL that formats a timestamp column as ISO 8601 in UTC. */
export const isoOf =
  (sql: SqlClient.SqlClient) =>
  (column: string): Statement.Fragment =>
    sql.literal(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
