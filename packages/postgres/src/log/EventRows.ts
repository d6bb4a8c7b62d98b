/** Rows of the log and their events. */
import { hash } from "node:crypto"
import { CommunicationEvent, type LogEntry } from "@communications/core"
import { Effect, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { hex, isoOf } from "../statements/Columns.ts"

/** An entry of the history `h` with its communication `c`. */
export interface EventRow {
  readonly position: string
  readonly organisation: string
  readonly communication: string
  readonly number: string
  readonly contact_information: string
  readonly direction: string
  readonly media: string
  readonly from: string | null
  readonly to: string
  readonly version: string
  readonly at: string
  readonly by: string
  readonly request_id: string | null
}

/** The columns of an entry `h` and of its communication `c`, as `EventRow` names them. */
export const eventColumns = (sql: SqlClient.SqlClient): Statement.Fragment => sql`
  h.position::text, h.organisation::text, h.communication::text, h."from", h."to", h.version::text, ${isoOf(sql)("h.at")} AS at,
  h.by::text, h.request_id, c.number, c.contact_information::text, c.direction, c.media`

/** The communication of an entry `h`, to be joined as `c`. */
export const communicationOf = (
  sql: SqlClient.SqlClient,
  communications: Statement.Fragment
): Statement.Fragment => sql`
  SELECT number, contact_information, direction, media FROM ${communications} c
  WHERE c.organisation = h.organisation AND c.id = h.communication LIMIT 1`

const isEvent = Schema.is(CommunicationEvent)
const decode = Schema.decodeUnknownEffect(CommunicationEvent)

/** The id of an event is derived from its entry, so that every subscription and every repetition has the same id. */
const eventId = (organisation: string, communication: string, version: number): string =>
  hash("sha256", `${organisation} ${communication} ${version}`, "hex").slice(0, 32).toUpperCase()

/** The event of a row; an invalid row is a defect. */
export const fromEventRow = ({ position, ...row }: EventRow): Effect.Effect<LogEntry> => {
  const [organisation, communication] = [hex(row.organisation), hex(row.communication)]
  const { number, direction, media, from, to, at, request_id } = row
  const version = Number(row.version)
  const event: unknown = {
    ...{ id: eventId(organisation, communication, version), organisation, communication, number },
    ...{ contact_information: hex(row.contact_information), direction, media, from, to, version, at, by: hex(row.by) },
    request_id
  }
  return Effect.map(isEvent(event) ? Effect.succeed(event) : Effect.orDie(decode(event)), (event) => ({
    event,
    position
  }))
}
