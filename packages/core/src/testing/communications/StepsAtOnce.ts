import { Effect } from "effect"
import type { CommunicationIdentifier } from "../../domain/CommunicationIdentifier.ts"
import { CommunicationNotFound, StaleVersion } from "../../domain/errors/index.ts"
import type { OrganisationId } from "../../domain/Identity.ts"
import type { Act } from "../../domain/LifeCycle.ts"
import { completion, type StepOptions } from "../../domain/Steps.ts"
import { Communications } from "../../ports/Communications.ts"
import { expectEqual } from "../Clause.ts"
import { aDraft, anAct, freshOrganisation, store } from "../Fixtures.ts"
import { byId, byNumber, type Clauses, completedBy, completionBy, creationBy, historyOf, stored } from "./Given.ts"

/** Identifies communications by id, or by number. */
const identifying = [byId, byNumber] as const

/** Drafts of a new organisation with the ids, the numbers and the contacts of these drafts, and an act for each of them. */
const twinsOf = Effect.fnUntraced(function* (drafts: ReadonlyArray<ReturnType<typeof aDraft>>) {
  const [organisation, added] = [freshOrganisation(), anAct()]
  const twins = drafts.map((draft, index) => ({
    draft: { ...draft, subject: `${organisation} ${index}` },
    act: index % 4 === 3 ? { ...anAct(), request_id: null } : anAct()
  }))
  for (const { draft } of twins) yield* store(organisation, draft, added)
  return twins.map((twin) => ({ ...twin, organisation, added }))
})

/** A request to complete a communication. */
interface Request {
  readonly organisation: OrganisationId
  readonly identifier: CommunicationIdentifier
  readonly act: Act
  readonly options?: StepOptions
}

/** Completes communications at once; returns the communication or the failure of each. */
const completeAtOnce = Effect.fnUntraced(function* (requests: ReadonlyArray<Request>) {
  const { take } = yield* Communications
  return yield* Effect.forEach(
    requests,
    ({ organisation, identifier, act, options }) =>
      Effect.match(take(organisation, identifier, completion, act, options), {
        onFailure: (error: unknown) => error,
        onSuccess: (completed) => completed
      }),
    { concurrency: "unbounded" }
  )
})

/** The guarantees of `Communications` about steps of several communications at once. */
export const stepsAtOnceClauses: Clauses = [
  {
    name: "steps at once reach only communications of their own organisation, and each adds its own entry to the history",
    test: Effect.gen(function* () {
      for (const identifierOf of identifying) {
        const drafts = Array.from({ length: 8 }, (_, index) => aDraft(`number ${index}`))
        const [ours, theirs] = [yield* twinsOf(drafts), yield* twinsOf(drafts)]
        const take = (twins: typeof ours) =>
          completeAtOnce(twins.map(({ draft, ...request }) => ({ ...request, identifier: identifierOf(draft) })))
        const expectStored = Effect.fnUntraced(function* (twins: typeof ours, isCompleted: boolean) {
          for (const { organisation, draft, act, added } of twins) {
            const found = yield* stored(organisation, byId(draft))
            yield* expectEqual(found, isCompleted ? completedBy(draft, act) : draft)
            const entries = [creationBy(added), ...(isCompleted ? [completionBy(act)] : [])]
            yield* expectEqual(yield* historyOf(organisation, draft), entries)
          }
        })
        const completed = ({ draft, act }: (typeof ours)[number]) => completedBy(draft, act)
        const refused = ({ draft, act }: (typeof ours)[number]) =>
          completion.refuse(completedBy(draft, act), act.request_id)
        // The first two belong to one organisation, the others to both.
        yield* expectEqual(yield* take(ours.slice(0, 4)), ours.slice(0, 4).map(completed))
        yield* expectStored(ours.slice(4), false)
        yield* expectStored(theirs, false)
        const mixed = [...ours.slice(4), ...theirs]
        yield* expectEqual(yield* take(mixed), mixed.map(completed))
        yield* expectStored([...ours, ...theirs], true)
        for (const again of [ours.slice(0, 1), theirs.slice(0, 1), ours, theirs, [...ours, ...theirs]]) {
          yield* expectEqual(yield* take(again), again.map(refused))
        }
        yield* expectStored([...ours, ...theirs], true)
      }
    })
  },
  {
    name: "of steps at once, those that expect another version or an unknown communication fail, and change nothing",
    test: Effect.gen(function* () {
      for (const identifierOf of identifying) {
        const twins = yield* twinsOf(Array.from({ length: 8 }, (_, index) => aDraft(`number ${index}`)))
        const unknown = aDraft("unknown")
        const requests = twins.map((twin, index) => ({
          ...twin,
          identifier: identifierOf(index === 0 ? unknown : twin.draft),
          options: { expectedVersion: index % 2 === 0 ? [1, 7] : [2, 7] }
        }))
        const expected = requests.map(({ draft, act, identifier }, index) => {
          const { id, number } = draft
          if (index === 0) return new CommunicationNotFound({ identifier })
          return index % 2 === 0 ? completedBy(draft, act) : new StaleVersion({ id, number, version: 1 })
        })
        yield* expectEqual(yield* completeAtOnce(requests), expected)
        for (const [index, { organisation, draft, act, added }] of twins.entries()) {
          const isCompleted = index > 0 && index % 2 === 0
          yield* expectEqual(
            yield* stored(organisation, byNumber(draft)),
            isCompleted ? completedBy(draft, act) : draft
          )
          const entries = [creationBy(added), ...(isCompleted ? [completionBy(act)] : [])]
          yield* expectEqual(yield* historyOf(organisation, draft), entries)
        }
      }
    })
  }
]
