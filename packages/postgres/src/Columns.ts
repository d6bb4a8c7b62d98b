/** How values go into columns, and come out of them, whatever the driver. */
import type { CommunicationIdentifier } from "@communications/core"
import { DateTime } from "effect"
import type { SqlClient, Statement } from "effect/sql"

/** A moment as it is sent. */
export const moment = (at: DateTime.Utc | null): string | null => (at === null ? null : DateTime.formatIso(at))

/** A value as it is sent to a column of JSON. */
export const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/** Makes of a column of moments the text that the domain reads. */
export const isoOf =
  (sql: SqlClient.SqlClient) =>
  (column: string): Statement.Fragment =>
    sql.literal(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

/** Whether a communication `c` is the one of that identifier, in its organisation. */
export const isNamed =
  (sql: SqlClient.SqlClient) =>
  (identifier: CommunicationIdentifier): Statement.Fragment =>
    identifier._tag === "Id" ? sql`c.id = ${identifier.id}::uuid` : sql`c.number = ${identifier.number}`

/** The columns of a contact information `p`, as `ContactRow` names them. */
export const contactColumns = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql.literal(`p.id::text AS contact_id, p.type AS contact_type, p.life_cycle_state AS contact_life_cycle_state,
    p.name AS contact_name, p.first_name, p.middle_name, p.last_name, p.title, p.company_name,
    p.demographics::text, p.company_profile::text`)

/** The columns of a communication `c` and its contact information `p`, as `Row` names them. */
export const communicationColumns = (sql: SqlClient.SqlClient): Statement.Fragment => {
  const iso = isoOf(sql)
  return sql`
    c.version, c.id::text, c.number, c.life_cycle_state, ${iso("c.created_at")} AS created_at, c.direction, c.media,
    c.subject, c.content, ${iso("c.viewed_on")} AS viewed_on, ${iso("c.completed_at")} AS completed_at,
    c.completed_by::text, ${contactColumns(sql)}`
}
