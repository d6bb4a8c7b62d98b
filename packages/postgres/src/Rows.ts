/** Rows of the tables, and the communications that they stand for. */
import { Communication, ContactInformation, type LifeCycleState, Transition } from "@communications/core"
import { DateTime, Effect, Match, Option, Schema } from "effect"

/** A row of contact information, its columns renamed where a communication has one of the same name. */
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

/** A row of communications, joined with its contact information. */
export interface Row extends ContactRow {
  readonly version: number
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

/** A moment; what is none stays as it is, and is found out as the rest is. */
const instant = (iso: string | null) => (iso === null ? null : Option.getOrElse(DateTime.make(iso), () => iso))

/** What makes each state what it is. */
const stateOf: { readonly [State in LifeCycleState]: (row: Row) => object } = {
  DRAFT: () => ({ _tag: "Draft" }),
  COMPLETED: (row) => ({
    _tag: "Completed",
    completed_at: instant(row.completed_at),
    completed_by: row.completed_by === null ? null : hex(row.completed_by)
  })
}

/** An id as the domain writes it, of a uuid as PostgreSQL prints it. */
export const hex = (uuid: string): string => uuid.replaceAll("-", "").toUpperCase()

const contactOf = (row: ContactRow) => ({
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
 * The contact information that a row stands for; a row that stands for none is a defect. To ask whether it is one takes
 * a third of the time of a decoder, which makes it anew; that is for rows where something was left out.
 */
export const fromContactRow = (row: ContactRow): Effect.Effect<ContactInformation> => {
  const stored: unknown = contactOf(row)
  return isContact(stored) ? Effect.succeed(stored) : Effect.orDie(decodeContact(stored))
}

const isCommunication = Schema.is(Communication)
const decode = Schema.decodeUnknownEffect(Schema.toType(Communication))

/** The communication that a row stands for; a row that stands for none is a defect. */
export const fromRow = (row: Row): Effect.Effect<Communication> => {
  const stored = {
    // A state that is none of ours, stored by a later version, makes the row one that stands for nothing.
    ...stateOf[row.life_cycle_state]?.(row),
    id: hex(row.id),
    number: row.number,
    created_at: instant(row.created_at),
    direction: row.direction,
    media: row.media,
    subject: row.subject,
    content: row.content,
    viewed_on: instant(row.viewed_on),
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
export interface TransitionRow {
  readonly from: string | null
  readonly to: string
  readonly at: string
  readonly by: string
  readonly request_id: string | null
}

const decodeTransition = Schema.decodeUnknownEffect(Schema.toCodecJson(Transition))

/** The step that a row stands for; a row that stands for none is a defect. */
export const fromTransitionRow = (row: TransitionRow): Effect.Effect<Transition> =>
  Effect.orDie(decodeTransition({ ...row, by: hex(row.by) }))

/** The columns in which the states differ. */
export const stateColumns = Match.typeTags<Communication>()({
  Draft: () => ({ life_cycle_state: "DRAFT", completed_at: null, completed_by: null }),
  Completed: ({ completed_at, completed_by }) => ({
    life_cycle_state: "COMPLETED",
    completed_at: DateTime.formatIso(completed_at),
    completed_by
  })
})
