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
import { Equal, Match, Result, Schema } from "effect"
import { ContactInformation } from "./ContactInformation.ts"
import { NotDraft } from "./Errors.ts"
import { CommunicationId, CommunicationNumber, UserId } from "./Identity.ts"
import type { Act, Transition } from "./LifeCycle.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"

/** Whether the contact or the organisation speaks. */
export const Direction = Schema.Literals(["INCOMING", "OUTGOING"])
export type Direction = typeof Direction.Type

/** By what means they communicate. */
export const Media = Schema.Literals(["EMAIL", "SMS", "PHONE", "LETTER", "FACE_TO_FACE"])
export type Media = typeof Media.Type

const every = {
  id: CommunicationId,
  number: CommunicationNumber,
  created_at: Instant,
  direction: Direction,
  media: Media,
  subject: Schema.NullOr(Text),
  content: Schema.NullOr(Text),
  /** When it was viewed; `null` as long as it was not. */
  viewed_on: Schema.NullOr(Instant),
  contact_information: ContactInformation
}

/** A communication that is still being written. */
export const Draft = Schema.TaggedStruct("Draft", every)
export type Draft = typeof Draft.Type

/** A communication that was completed: when, and by whom. It is never reopened. */
export const Completed = Schema.TaggedStruct("Completed", {
  ...every,
  completed_at: Instant,
  completed_by: UserId
})
export type Completed = typeof Completed.Type

/** A communication in any of its states. */
export const Communication = Schema.Union([Draft, Completed])
export type Communication = typeof Communication.Type

/** The documented name of the state a communication is in. */
export const lifeCycleState = Match.typeTags<Communication>()({
  Draft: () => "DRAFT" as const,
  Completed: () => "COMPLETED" as const
})

/** Completes a draft; a communication that is no draft any more is refused with `NotDraft`. */
export const complete = (communication: Communication, { at, by }: Act): Result.Result<Completed, NotDraft> =>
  Match.valueTags(communication, {
    Draft: (draft) => Result.succeed({ ...draft, _tag: "Completed" as const, completed_at: at, completed_by: by }),
    Completed: ({ id, number }) => Result.fail(new NotDraft({ id, number, life_cycle_state: "COMPLETED" }))
  })

/** Marks a communication as viewed, in whatever state it is; what was viewed before stays as it is. */
export const view = (communication: Communication, { at }: Act): Result.Result<Communication> =>
  Result.succeed(
    communication.viewed_on !== null
      ? communication
      : Match.valueTags(communication, {
          Draft: (draft) => ({ ...draft, viewed_on: at }),
          Completed: (completed) => ({ ...completed, viewed_on: at })
        })
  )

/** What the history records of a communication that is stored for the first time. */
export const creationOf = (communication: Communication, act: Act): Transition => ({
  from: null,
  to: lifeCycleState(communication),
  ...act
})

/** Whether two members are the same; most often they read the same, which is found out faster than by comparing each part. */
const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right) || Equal.equals(left, right)

const lasting = ["id", "number", "created_at", "direction", "media", "content", "contact_information"] as const

/**
 * What the history records of a change: the step to another state, or nothing where the state stays what it was. Throws
 * where the change makes another communication of it: that is a bug in the transition.
 */
export const transitionOf = (before: Communication, after: Communication, act: Act): Transition | null => {
  const changed = lasting.filter((member) => !isSame(before[member], after[member]))
  if (changed.length > 0) throw new Error(`a transition may not change ${changed.join(", ")}`)
  const [from, to] = [lifeCycleState(before), lifeCycleState(after)]
  return from === to ? null : { from, to, ...act }
}
