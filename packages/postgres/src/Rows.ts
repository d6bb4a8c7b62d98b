/** Rows of the tables, and the communications that they stand for. */
import { Communication, type lifeCycleState } from "@communications/core"
import { DateTime, Effect, Match, Schema } from "effect"

/** A row of communications, joined with its contact information, as `CommunicationsPostgres` selects it. */
export interface Row {
  readonly version: number
  readonly id: string
  readonly number: string
  readonly life_cycle_state: ReturnType<typeof lifeCycleState>
  readonly subject: string | null
  readonly viewed_on: string | null
  readonly completed_at: string | null
  readonly completed_by: string | null
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

const tags: { readonly [State in Row["life_cycle_state"]]: Communication["_tag"] } = {
  DRAFT: "Draft",
  COMPLETED: "Completed"
}

/** An id as the domain writes it, of a uuid as PostgreSQL prints it. */
export const hex = (uuid: string): string => uuid.replaceAll("-", "").toUpperCase()

const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(Communication))

/** The communication that a row stands for; a row that stands for none is a defect. */
export const fromRow = (row: Row): Effect.Effect<Communication> =>
  Effect.orDie(
    decode({
      _tag: tags[row.life_cycle_state],
      id: hex(row.id),
      number: row.number,
      subject: row.subject,
      viewed_on: row.viewed_on,
      completed_at: row.completed_at,
      completed_by: row.completed_by === null ? null : hex(row.completed_by),
      contact_information: {
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
      }
    })
  )

/** The columns in which the states differ. */
export const stateColumns = Match.typeTags<Communication>()({
  Draft: () => ({ life_cycle_state: "DRAFT", completed_at: null, completed_by: null }),
  Completed: ({ completed_at, completed_by }) => ({
    life_cycle_state: "COMPLETED",
    completed_at: DateTime.formatIso(completed_at),
    completed_by
  })
})
