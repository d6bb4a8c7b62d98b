/**
 * The steps of communications, one row for each (decision 3):
 *
 * ```text
 * Draft ──complete──▶ Completed
 * ```
 *
 * Everything else follows from the row of a step: the pure decision, the history entry, the event for subscribers, and
 * the SQL of an adapter.
 */
import { Result } from "effect"
import { type Communication, type InState, isIn, lifeCycleState, type State, stateNames } from "./Communication.ts"
import { NotDraft } from "./errors/CommunicationErrors.ts"
import type { Act, HistoryEntry } from "./LifeCycle.ts"

/** The members that any type of a union has. */
export type MemberOf<C> = C extends unknown ? keyof C : never

/** The names of the members that only some states have. */
export type OwnMember = Exclude<MemberOf<Communication>, keyof Communication>

/** The members that only some states have. */
export type StateMembers = {
  readonly [Member in OwnMember]: Extract<Communication, Readonly<Record<Member, unknown>>>[Member]
}

/** A step: the state it starts from, the state it reaches, and the members it sets. */
export interface Step<From extends State, To extends State, Refusal> {
  readonly from: From
  readonly to: To
  /** Returns the members that the state `To` has and the state `From` lacks. */
  readonly sets: (act: Act) => Pick<StateMembers, Exclude<keyof InState<To>, keyof InState<From>> & OwnMember>
  /** Returns the communication in its new state. */
  readonly reach: (communication: InState<From>, sets: ReturnType<this["sets"]>) => InState<To>
  /** Returns the refusal of a communication in any other state. */
  readonly refuse: (communication: Communication) => Refusal
}

/** The step that completes a draft. */
export const completion: Step<"Draft", "Completed", NotDraft> = {
  from: "Draft",
  to: "Completed",
  sets: ({ at, by }) => ({ completed_at: at, completed_by: by }),
  reach: (draft, sets) => ({ ...draft, ...sets, _tag: "Completed" }),
  refuse: (communication) =>
    new NotDraft({
      id: communication.id,
      number: communication.number,
      life_cycle_state: lifeCycleState(communication)
    })
}

/** Every step, by its name. */
export const steps = { complete: completion }

/** The pure decision of a step: returns the communication in its new state, or fails with the refusal. */
export const decide =
  <From extends State, To extends State, Refusal>(step: Step<From, To, Refusal>) =>
  (communication: Communication, act: Act): Result.Result<InState<To>, Refusal> =>
    isIn(step.from, communication)
      ? Result.succeed(step.reach(communication, step.sets(act)))
      : Result.fail(step.refuse(communication))

/** Completes a draft; fails with `NotDraft` in any other state. */
export const complete = decide(completion)

/** The first history entry of a communication. */
export const creationEntry = (communication: Communication, { at, by, request_id }: Act): HistoryEntry => ({
  from: null,
  to: lifeCycleState(communication),
  ...{ at, by, request_id }
})

/** The history entry of a step. */
export const stepEntry = (
  { from, to }: Pick<Step<State, State, unknown>, "from" | "to">,
  { at, by, request_id }: Act
): HistoryEntry => ({
  from: stateNames[from],
  to: stateNames[to],
  ...{ at, by, request_id }
})
