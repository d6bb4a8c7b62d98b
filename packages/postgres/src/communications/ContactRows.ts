/** Rows of contact information. */
import { ContactInformation } from "@communications/core"
import { Effect, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { hex } from "../statements/Columns.ts"

/** A row of contact information. A column is renamed if communications have a column of the same name. */
export interface ContactRow {
  readonly contact_id: string
  readonly contact_type: string
  readonly contact_life_cycle_state: string
  readonly contact_name: string
  readonly first_name: string | null
  readonly middle_name: string | null
  readonly last_name: string | null
  readonly title: string | null
  readonly company_name: string | null
  readonly demographics: string | null
  readonly company_profile: string | null
}

/** The columns of a contact information `p`, as `ContactRow` names them. */
export const contactColumns = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql.literal(`p.id::text AS contact_id, p.type AS contact_type, p.life_cycle_state AS contact_life_cycle_state,
    p.name AS contact_name, p.first_name, p.middle_name, p.last_name, p.title, p.company_name,
    p.demographics::text, p.company_profile::text`)

/**
 * Joins the contact information `p` of a communication `c`. `LIMIT 1` forces a look-up by key (decision 11): otherwise
 * the planner may read all contact information of a small organisation for a few rows.
 */
export const contactOfCommunication = (
  sql: SqlClient.SqlClient,
  contacts: Statement.Fragment,
  organisation: Statement.Fragment
): Statement.Fragment => sql`LATERAL (
    SELECT * FROM ${contacts} p WHERE p.organisation = ${organisation} AND p.id = c.contact_information LIMIT 1
  ) AS p`

/** The contact information of a row, without validation. */
export const contactOf = (row: ContactRow) => ({
  id: hex(row.contact_id),
  type: row.contact_type,
  life_cycle_state: row.contact_life_cycle_state,
  name: row.contact_name,
  first_name: row.first_name,
  middle_name: row.middle_name,
  last_name: row.last_name,
  title: row.title,
  company_name: row.company_name,
  demographics: row.demographics === null ? null : JSON.parse(row.demographics),
  company_profile: row.company_profile === null ? null : JSON.parse(row.company_profile)
})

const isContact = Schema.is(ContactInformation)
const decodeContact = Schema.decodeUnknownEffect(ContactInformation)

/**
 * The contact information of a row; an invalid row is a defect. It tries validation first, because that takes a third
 * of the time of decoding. Decoding adds members that an older version did not store.
 */
export const fromContactRow = (row: ContactRow): Effect.Effect<ContactInformation> => {
  const stored: unknown = contactOf(row)
  return isContact(stored) ? Effect.succeed(stored) : Effect.orDie(decodeContact(stored))
}
