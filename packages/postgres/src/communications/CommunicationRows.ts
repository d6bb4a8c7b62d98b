/** Rows of communications and of their history. */
import { Communication, HistoryEntry, type LifeCycleState } from "@communications/core"
import { DateTime, Effect, Match, Option, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { hex, isoOf } from "../statements/Columns.ts"
import { type ContactRow, contactColumns, contactOf, fromContactRow } from "./ContactRows.ts"

/** A row of communications, joined with its contact information. */
export interface Row extends ContactRow {
  readonly version: string
  readonly id: string
  readonly number: string
  readonly life_cycle_state: LifeCycleState
  readonly created_at: string
  readonly direction: string
  readonly media: string
  readonly subject: string | null
  readonly content: string | null
  readonly viewed_on: string | null
  readonly completed_at: string | null
  readonly completed_by: string | null
}

/** A row with the request in which the communication reached its version, if that was read. */
export interface FoundRow extends Row {
  readonly request_id?: string | null
}

/** The columns of a communication `c` and its contact information `p`, as `Row` names them. `content` may be omitted. */
export const communicationColumns = (sql: SqlClient.SqlClient, omitsContent = false): Statement.Fragment => {
  const iso = isoOf(sql)
  return sql`
    c.version::text, c.id::text, c.number, c.life_cycle_state, ${iso("c.created_at")} AS created_at, c.direction, c.media,
    c.subject, ${sql.literal(omitsContent ? "NULL AS content" : "c.content")}, ${iso("c.viewed_on")} AS viewed_on, ${iso("c.completed_at")} AS completed_at,
    c.completed_by::text, ${contactColumns(sql)}`
}

/** Parses a timestamp; invalid text is undefined, which the schema rejects. */
const parseTimestamp = (iso: string | null) => (iso === null ? null : Option.getOrUndefined(DateTime.make(iso)))

/** The tag of each state, and the members that only this state has. */
const stateOf: { readonly [State in LifeCycleState]: (row: Row) => object } = {
  DRAFT: () => ({ _tag: "Draft" }),
  COMPLETED: (row) => ({
    _tag: "Completed",
    completed_at: parseTimestamp(row.completed_at),
    completed_by: row.completed_by === null ? null : hex(row.completed_by)
  })
}

/** The columns in which the states differ. */
export const stateColumns = Match.typeTags<Communication>()({
  Draft: () => ({ life_cycle_state: "DRAFT", completed_at: null, completed_by: null }),
  Completed: ({ completed_at, completed_by }) => ({
    life_cycle_state: "COMPLETED",
    completed_at: DateTime.formatIso(completed_at),
    completed_by
  })
})

const isCommunication = Schema.is(Communication)
const decode = Schema.decodeUnknownEffect(Schema.toType(Communication))

/** The communication of a row; an invalid row is a defect. */
export const fromRow = (row: Row): Effect.Effect<Communication> => {
  const stored = {
    // A state of a later version adds nothing, so that the row is invalid.
    ...stateOf[row.life_cycle_state]?.(row),
    id: hex(row.id),
    number: row.number,
    version: Number(row.version),
    created_at: parseTimestamp(row.created_at),
    direction: row.direction,
    media: row.media,
    subject: row.subject,
    content: row.content,
    viewed_on: parseTimestamp(row.viewed_on),
    contact_information: contactOf(row)
  }
  const communication: unknown = stored
  return isCommunication(communication)
    ? Effect.succeed(communication)
    : Effect.flatMap(fromContactRow(row), (contact_information) =>
        Effect.orDie(decode({ ...stored, contact_information }))
      )
}

/** A row of the history. */
export interface HistoryRow {
  readonly from: string | null
  readonly to: string
  readonly at: string
  readonly by: string
  readonly request_id: string | null
}

const decodeEntry = Schema.decodeUnknownEffect(Schema.toCodecJson(HistoryEntry))

/** The history entry of a row; an invalid row is a defect. */
export const fromHistoryRow = (row: HistoryRow): Effect.Effect<HistoryEntry> =>
  Effect.orDie(decodeEntry({ ...row, by: hex(row.by) }))
