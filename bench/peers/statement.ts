/** The work as one statement, for the peers that write their SQL by hand. */
import { createHash, randomUUID } from "node:crypto"
import { type CompleteRequest, type Contact, completed, type PeerResponse, refusal } from "./documented.ts"

/**
 * Checks the session, completes the draft, adds the history entry and returns the columns of the response, all in one
 * statement. Parameters: hash of the token, id or number, time, id of the request.
 */
export const statementBy = (key: "id" | "number"): string => {
  const matches = key === "id" ? "c.id = $2::text::uuid" : "c.number = $2::text"
  return `
    WITH session AS (
      SELECT organisation, "user" FROM sessions WHERE token_hash = $1::bytea AND expires_at > $3::timestamptz
    ), completed AS (
      UPDATE communications c SET version = c.version + 1, life_cycle_state = 'COMPLETED',
        completed_at = $3::timestamptz, completed_by = s."user"
      FROM session s
      WHERE c.organisation = s.organisation AND ${matches} AND c.life_cycle_state = 'DRAFT'
      RETURNING c.organisation, c.id, c.number, c.version, c.subject, c.viewed_on, c.contact_information, c.completed_by
    ), recorded AS (
      INSERT INTO communication_history (organisation, communication, version, "from", "to", at, by, request_id, era)
      SELECT organisation, id, version, 'DRAFT', 'COMPLETED', $3::timestamptz, completed_by, $4::text,
        (SELECT era FROM log_eras)
      FROM completed
    )
    SELECT d.id, d.number, d.subject, d.viewed_on, p.id AS contact, p.type, p.life_cycle_state, p.name, p.first_name,
      p.middle_name, p.last_name, p.title, p.company_name, p.demographics, p.company_profile,
      s.organisation IS NOT NULL AS authenticated,
      CASE WHEN d.id IS NULL THEN
        EXISTS (SELECT FROM communications c WHERE c.organisation = s.organisation AND ${matches})
      END AS stored
    FROM (SELECT) AS one LEFT JOIN session s ON true LEFT JOIN completed d ON true
      LEFT JOIN contact_information p ON p.organisation = d.organisation AND p.id = d.contact_information`
}

/** The statements; each is prepared once per connection. */
export const statements = { id: statementBy("id"), number: statementBy("number") }

/** The hash of a token, as stored. */
export const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest()

/** The parameters of the statement for a request, at the current time. */
export const parametersOf = ({ token, value }: CompleteRequest, request: string = randomUUID()) =>
  [hashOf(token), value, new Date().toISOString(), request] as const

/** The row that the statement returns; its `id` is null if the statement refused. */
export interface Row extends Omit<Contact, "id"> {
  readonly id: string | null
  readonly number: string
  readonly subject: string | null
  readonly viewed_on: Date | null
  readonly contact: string
  readonly authenticated: boolean
  readonly stored: boolean | null
}

/** The response for a row. */
export const responseOf = (row: Row | undefined): PeerResponse => {
  if (row === undefined) return refusal("INTERNAL_ERROR")
  if (!row.authenticated) return refusal("INVALID_TOKEN")
  if (row.id === null) return refusal(row.stored === true ? "NOT_DRAFT" : "COMMUNICATION_NOT_FOUND")
  return completed({ ...row, id: row.id }, { ...row, id: row.contact })
}
