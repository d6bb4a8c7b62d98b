/** How values go into columns, and come out of them, whatever the driver. */
import { DateTime } from "effect"
import type { SqlClient, Statement } from "effect/sql"

/** A moment as it is sent. */
export const moment = (at: DateTime.Utc | null): string | null => (at === null ? null : DateTime.formatIso(at))

/** A value as it is sent to a column of JSON. */
export const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/**
 * Texts as they are sent to a parameter that the statement casts to `text` and then to an array: in a sub-select, since
 * PostgreSQL would parse the array again for each row that it compares.
 */
export const array = (texts: ReadonlyArray<string>): string =>
  `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`

/** An id as the domain writes it, of a uuid as PostgreSQL prints it. */
export const hex = (uuid: string): string => uuid.replaceAll("-", "").toUpperCase()

/** Makes of a column of moments the text that the domain reads. */
export const isoOf =
  (sql: SqlClient.SqlClient) =>
  (column: string): Statement.Fragment =>
    sql.literal(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
