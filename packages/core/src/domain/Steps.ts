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
import { NotDraft, StaleVersion } from "./errors/CommunicationErrors.ts"
import type { Act, HistoryEntry } from "./LifeCycle.ts"
import { utcTimestampOf } from "./Timestamps.ts"
import type { ExpectedVersion } from "./Version.ts"

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
  /**
   * Returns the refusal of a communication in any other state. `request_id` is the request in which it reached that
   * state, or `null`.
   */
  readonly refuse: (communication: Communication, request_id: string | null) => Refusal
}

/** The conditions of a step. */
export interface StepOptions {
  /** If the communication has another version, the step is refused with `StaleVersion`. By default any version will do. */
  readonly expectedVersion?: ExpectedVersion | undefined
}

/** The step that completes a draft. */
export const completion: Step<"Draft", "Completed", NotDraft> = {
  from: "Draft",
  to: "Completed",
  sets: ({ at, by }) => ({ completed_at: at, completed_by: by }),
  reach: (draft, sets) => ({ ...draft, ...sets, _tag: "Completed" }),
  refuse: (communication, request_id) => {
    const { id, number } = communication
    const members = { id, number, life_cycle_state: lifeCycleState(communication), request_id }
    return isIn("Completed", communication)
      ? new NotDraft({
          ...{ ...members, completed_by: communication.completed_by },
          completed_at: utcTimestampOf(communication.completed_at)
        })
      : new NotDraft({ ...members, completed_at: null, completed_by: null })
  }
}

/** Every step, by its name. */
export const steps = { complete: completion }

/**
 * The pure decision of a step: returns the communication in its new state, as its next version, or fails with the
 * refusal. `request_id` is the request in which the communication reached its state, for the refusal.
 */
export const decide =
  <From extends State, To extends State, Refusal>(step: Step<From, To, Refusal>) =>
  (
    communication: Communication,
    act: Act,
    { expectedVersion = null }: StepOptions = {},
    request_id: string | null = null
  ): Result.Result<InState<To>, Refusal | StaleVersion> => {
    const { id, number, version } = communication
    if (expectedVersion !== null && ![expectedVersion].flat().includes(version)) {
      return Result.fail(new StaleVersion({ id, number, version }))
    }
    return isIn(step.from, communication)
      ? Result.succeed({ ...step.reach(communication, step.sets(act)), version: version + 1 })
      : Result.fail(step.refuse(communication, request_id))
  }

/** Completes a draft; fails with `StaleVersion` or, in any other state, with `NotDraft`. */
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
