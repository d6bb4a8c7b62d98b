import { Arbitrary, DateTime, Effect, Exit, Fiber, Result } from "effect"
import { Communication, Completed, complete, Draft } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import { CommunicationExists, CommunicationNotFound, NotDraft } from "../domain/Errors.ts"
import { CommunicationId, type OrganisationId, UserId } from "../domain/Identity.ts"
import { Communications } from "../ports/Communications.ts"
import { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
import { aDraft, aPerson, freshId, freshOrganisation, noon } from "./Fixtures.ts"

const byId = ({ id }: Communication): CommunicationIdentifier => ({ _tag: "Id", id })
const byNumber = ({ number }: Communication): CommunicationIdentifier => ({ _tag: "Number", number })

const by = UserId.make(freshId())
const completing = (communication: Communication) => complete(communication, { at: noon, by })
const completed = ({ _tag, ...draft }: Draft) => new Completed({ ...draft, completed_at: noon, completed_by: by })

/** What is stored, told by a transition that refuses with what it was given. */
const stored = (organisation: OrganisationId, identifier: CommunicationIdentifier) =>
  Effect.flatMap(Communications, (communications) =>
    Effect.flip(communications.modify(organisation, identifier, (communication) => Result.fail(communication)))
  )

/** A draft, stored in an organisation of its own. */
const given = Effect.gen(function* () {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const draft = aDraft()
  yield* communications.add(organisation, draft)
  return { communications, organisation, draft }
})

/** Everything that `Communications` promises; every adapter is held against it. */
export const communicationsContract: ReadonlyArray<Clause<Communications>> = [
  {
    name: "whatever is added comes back whole, by its id and by its number",
    test: Effect.gen(function* () {
      yield* expectForAll(
        Arbitrary.schema(Communication),
        Effect.fnUntraced(function* (communication) {
          const organisation = freshOrganisation()
          yield* (yield* Communications).add(organisation, communication)
          yield* expectEqual(yield* stored(organisation, byId(communication)), communication)
          yield* expectEqual(yield* stored(organisation, byNumber(communication)), communication)
        })
      )
    })
  },
  {
    name: "whatever a transition makes of a communication is returned and comes back whole",
    test: Effect.gen(function* () {
      yield* expectForAll(
        Arbitrary.all([Arbitrary.schema(Communication), Arbitrary.schema(Completed)]),
        Effect.fnUntraced(function* ([before, { subject, viewed_on, completed_at, completed_by }]) {
          const communications = yield* Communications
          const organisation = freshOrganisation()
          const { id, number, contact_information } = before
          const after = new Completed({
            ...{ id, number, subject, viewed_on, contact_information, completed_at, completed_by }
          })
          yield* communications.add(organisation, before)
          yield* expectEqual(
            yield* communications.modify(organisation, byId(before), () => Result.succeed(after)),
            after
          )
          yield* expectEqual(yield* stored(organisation, byNumber(before)), after)
        })
      )
    })
  },
  {
    name: "a completed communication can become a draft again, if a transition says so",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      yield* communications.modify(organisation, byId(draft), completing)
      yield* communications.modify(organisation, byId(draft), () => Result.succeed(draft))
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "what nobody added is not found, by neither id nor number",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const stranger = aDraft("42")
      yield* expectFailure(
        communications.modify(organisation, byId(stranger), completing),
        new CommunicationNotFound({ identifier: { id: stranger.id } })
      )
      yield* expectFailure(
        communications.modify(organisation, byNumber(stranger), completing),
        new CommunicationNotFound({ identifier: { number: "42" } })
      )
    })
  },
  {
    name: "another organisation's communication is not found, and not changed",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const other = freshOrganisation()
      yield* communications.add(other, aDraft("42"))
      for (const identifier of [byId(draft), byNumber(draft)]) {
        const error = yield* Effect.flip(communications.modify(other, identifier, completing))
        yield* expectEqual(error._tag, "CommunicationNotFound")
      }
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "two organisations may have the same id and the same number: each has its own communication",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const other = freshOrganisation()
      yield* communications.add(other, draft)
      yield* communications.modify(other, byNumber(draft), completing)
      yield* expectEqual(yield* stored(other, byId(draft)), completed(draft))
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "a refusal is the failure, and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      yield* communications.modify(organisation, byId(draft), completing)
      const { id, number } = draft
      yield* expectFailure(
        communications.modify(organisation, byId(draft), (communication) =>
          complete(communication, { at: DateTime.add(noon, { hours: 1 }), by: UserId.make(freshId()) })
        ),
        new NotDraft({ id, number, life_cycle_state: "COMPLETED" })
      )
      yield* expectEqual(yield* stored(organisation, byId(draft)), completed(draft))
    })
  },
  {
    name: "a transition that throws is a defect, and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const exit = yield* Effect.exit(
        communications.modify(organisation, byId(draft), () => {
          throw new Error("a bug in a transition")
        })
      )
      yield* expectEqual(Exit.hasDies(exit), true)
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "of 64 concurrent completions exactly one wins",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const results = yield* Effect.forEach(
        Array.from({ length: 64 }, (_, millis) => DateTime.add(noon, { milliseconds: millis })),
        (at, index) =>
          Effect.result(
            communications.modify(organisation, index % 2 === 0 ? byId(draft) : byNumber(draft), (communication) =>
              complete(communication, { at, by })
            )
          ),
        { concurrency: "unbounded" }
      )
      const winners = results.filter(Result.isSuccess)
      const refusals = results.filter(Result.isFailure).map(({ failure }) => failure._tag)
      yield* expectEqual(winners.length, 1)
      yield* expectEqual(refusals, Array<"NotDraft">(63).fill("NotDraft"))
      yield* expectEqual(yield* stored(organisation, byId(draft)), winners[0]?.success)
    })
  },
  {
    name: "of 64 concurrent modifications none is lost",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      yield* Effect.forEach(
        Array.from({ length: 64 }),
        () =>
          communications.modify(organisation, byId(draft), ({ id, number, subject, viewed_on, contact_information }) =>
            Result.succeed(
              new Draft({
                ...{ id, number, subject, contact_information },
                viewed_on: DateTime.add(viewed_on ?? noon, { milliseconds: 1 })
              })
            )
          ),
        { concurrency: "unbounded" }
      )
      const { _tag, ...members } = draft
      const viewed_on = DateTime.add(noon, { milliseconds: 64 })
      yield* expectEqual(yield* stored(organisation, byId(draft)), new Draft({ ...members, viewed_on }))
    })
  },
  {
    name: "a modification that is interrupted has happened whole or not at all",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      for (let turn = 0; turn < 20; turn++) {
        yield* communications.modify(organisation, byId(draft), () => Result.succeed(draft))
        const fiber = yield* Effect.forkChild(communications.modify(organisation, byId(draft), completing))
        yield* Effect.yieldNow
        if (turn % 2 === 0) yield* Effect.sleep(turn / 4)
        yield* Fiber.interrupt(fiber)
        const found = yield* stored(organisation, byId(draft))
        yield* expectEqual(found, found._tag === "Draft" ? draft : completed(draft))
      }
    })
  },
  {
    name: "a number is given once: the second communication is refused, and not stored",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const second = aDraft(draft.number)
      const { id, number } = second
      yield* expectFailure(communications.add(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
      const error = yield* Effect.flip(communications.modify(organisation, byId(second), completing))
      yield* expectEqual(error._tag, "CommunicationNotFound")
    })
  },
  {
    name: "an id is given once: the second communication is refused, and not stored",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const { _tag, ...members } = aDraft("42")
      const second = new Draft({ ...members, id: CommunicationId.make(draft.id) })
      const { id, number } = second
      yield* expectFailure(communications.add(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "of 16 communications added at once under one number exactly one is stored",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const drafts = Array.from({ length: 16 }, () => aDraft("7"))
      const results = yield* Effect.forEach(drafts, (draft) => Effect.result(communications.add(organisation, draft)), {
        concurrency: "unbounded"
      })
      yield* expectEqual(results.filter(Result.isSuccess).length, 1)
      const winner = drafts.find((_, index) => results[index]?._tag === "Success") ?? aDraft()
      yield* expectEqual(yield* stored(organisation, byNumber(winner)), winner)
    })
  },
  {
    name: "many communications may be with one contact, added at once",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const contact_information = aPerson()
      const drafts = Array.from({ length: 16 }, (_, index) => {
        const { _tag, ...members } = aDraft(String(index))
        return new Draft({ ...members, contact_information })
      })
      yield* Effect.forEach(drafts, (draft) => communications.add(organisation, draft), { concurrency: "unbounded" })
      for (const draft of drafts) yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  }
]
