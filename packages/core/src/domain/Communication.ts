/**
 * A communication with a contact, as a state machine:
 *
 * ```text
 * Draft ──complete──▶ Completed
 * ```
 *
 * Every transition is a pure function from any state to either the next state or a refusal; the time and the actor
 * are inputs. A state that is added makes every such table, and nothing else, fail to compile until it decides.
 */
import { type DateTime, Match, Result, Schema } from "effect"
import { ContactInformation } from "./ContactInformation.ts"
import { NotDraft } from "./Errors.ts"
import { CommunicationId, CommunicationNumber, UserId } from "./Identity.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

const every = {
  id: CommunicationId,
  number: CommunicationNumber,
  subject: Schema.NullOr(Text),
  /** When it was viewed; `null` as long as it was not. */
  viewed_on: Schema.NullOr(Instant),
  contact_information: ContactInformation
}

/** A communication that is still being written. */
export class Draft extends Schema.TaggedClass<Draft>()("Draft", every) {}

/** A communication that was completed: when, and by whom. It is never reopened. */
export class Completed extends Schema.TaggedClass<Completed>()("Completed", {
  ...every,
  completed_at: Instant,
  completed_by: UserId
}) {}

/** A communication in any of its states. */
export const Communication = Schema.Union([Draft, Completed])
export type Communication = typeof Communication.Type

/** The documented name of the state a communication is in. */
export const lifeCycleState = Match.typeTags<Communication>()({
  Draft: () => "DRAFT" as const,
  Completed: () => "COMPLETED" as const
})

/** What a transition is given beside the communication: who asks for it, and when. */
export interface Act {
  readonly at: DateTime.Utc
  readonly by: UserId
}

/** Completes a draft; a communication that is no draft any more is refused with `NotDraft`. */
export const complete = (communication: Communication, { at, by }: Act): Result.Result<Completed, NotDraft> =>
  Match.valueTags(communication, {
    Draft: ({ id, number, subject, viewed_on, contact_information }) =>
      Result.succeed(
        new Completed({ id, number, subject, viewed_on, contact_information, completed_at: at, completed_by: by })
      ),
    Completed: ({ id, number }) => Result.fail(new NotDraft({ id, number, life_cycle_state: "COMPLETED" }))
  })
