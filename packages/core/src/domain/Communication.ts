/** A communication with a contact, in one of its states. `Steps.ts` declares the steps between them. */
import { Effect, Schema } from "effect"
import { ContactInformation } from "./ContactInformation.ts"
import { CommunicationId, CommunicationNumber, UserId } from "./Identity.ts"
import type { LifeCycleState } from "./LifeCycle.ts"
import { Text } from "./Text.ts"
import { Instant } from "./Time.ts"
import { Version } from "./Version.ts"

/** Incoming from the contact, or outgoing to the contact. */
export const Direction = Schema.Literals(["INCOMING", "OUTGOING"])
export type Direction = typeof Direction.Type

/** The medium of a communication. */
export const Media = Schema.Literals(["EMAIL", "SMS", "PHONE", "LETTER", "FACE_TO_FACE"])
export type Media = typeof Media.Type

const shared = {
  id: CommunicationId,
  number: CommunicationNumber,
  version: Version.pipe(Schema.withConstructorDefault(Effect.succeed(1))),
  created_at: Instant,
  direction: Direction,
  media: Media,
  subject: Schema.NullOr(Text),
  content: Schema.NullOr(Text),
  /** The time of the first view; `null` before it. */
  viewed_on: Schema.NullOr(Instant),
  contact_information: ContactInformation
}

/** A communication that is still being written. */
export const Draft = Schema.TaggedStruct("Draft", shared)
export type Draft = typeof Draft.Type

/** A communication that a user has completed. It cannot be reopened. */
export const Completed = Schema.TaggedStruct("Completed", {
  ...shared,
  completed_at: Instant,
  completed_by: UserId
})
export type Completed = typeof Completed.Type

/** A communication in any of its states. */
export const Communication = Schema.Union([Draft, Completed])
export type Communication = typeof Communication.Type

/** The tag of a state. */
export type State = Communication["_tag"]

/** A communication in the state `S`. */
export type InState<S extends State> = Extract<Communication, { readonly _tag: S }>

/** Returns whether a communication is in a state. */
export const isIn = <S extends State>(state: S, communication: Communication): communication is InState<S> =>
  communication._tag === state

/** The documented name of each state. */
export const stateNames = { Draft: "DRAFT", Completed: "COMPLETED" } as const satisfies Record<State, LifeCycleState>

/** The documented name of the state of a communication. */
export const lifeCycleState = ({ _tag }: Communication): LifeCycleState => stateNames[_tag]
