import { Arbitrary, DateTime, Effect, Exit, Fiber, Result } from "effect"
import { Communication, Completed, complete, Draft, view } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import { CommunicationExists, CommunicationNotFound, ContactInformationNotFound, NotDraft } from "../domain/Errors.ts"
import { CommunicationId, type CommunicationNumber, type OrganisationId } from "../domain/Identity.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
import { aDraft, anAct, aPerson, freshId, freshOrganisation, noon, store } from "./Fixtures.ts"
import { listClauses } from "./ListClauses.ts"

const byId = ({ id }: Communication): CommunicationIdentifier => ({ _tag: "Id", id })
const byNumber = ({ number }: Communication): CommunicationIdentifier => ({ _tag: "Number", number })

const act = anAct()
const completed = ({ _tag, ...draft }: Draft, { at, by }: Act = act) =>
  Completed.make({ ...draft, completed_at: at, completed_by: by })

const stored = (organisation: OrganisationId, identifier: CommunicationIdentifier) =>
  Effect.flatMap(Communications, (communications) => communications.find(organisation, identifier))

const historyOf = (organisation: OrganisationId, { id }: Communication) =>
  Effect.flatMap(Communications, (communications) => communications.history(organisation, id))

const creation = (act: Act) => ({ from: null, to: "DRAFT", ...act })
const completion = (act: Act) => ({ from: "DRAFT", to: "COMPLETED", ...act })

/** A draft, stored in an organisation of its own. */
const given = Effect.gen(function* () {
  const communications = yield* Communications
  const [organisation, draft, added] = [freshOrganisation(), aDraft(), anAct()]
  yield* store(organisation, draft, added)
  return { communications, organisation, draft, added }
})

/** Everything that `Communications` promises; every adapter is held against it, together with its contact information. */
export const communicationsContract: ReadonlyArray<Clause<Communications | ContactInformations>> = [
  {
    name: "whatever is added comes back whole, by its id and by its number",
    test: expectForAll(
      Arbitrary.schema(Communication),
      Effect.fnUntraced(function* (communication) {
        const organisation = freshOrganisation()
        yield* store(organisation, communication)
        yield* expectEqual(yield* stored(organisation, byId(communication)), communication)
        yield* expectEqual(yield* stored(organisation, byNumber(communication)), communication)
      })
    )
  },
  {
    name: "whatever a transition makes of a communication is returned and comes back whole",
    test: expectForAll(
      Arbitrary.all([Arbitrary.schema(Draft), Arbitrary.schema(Completed)]),
      Effect.fnUntraced(function* ([before, { subject, viewed_on, completed_at, completed_by }]) {
        const communications = yield* Communications
        const organisation = freshOrganisation()
        const { _tag, ...members } = before
        const after = Completed.make({ ...members, subject, viewed_on, completed_at, completed_by })
        yield* store(organisation, before)
        const modified = communications.modify(organisation, byId(before), () => Result.succeed(after), act)
        yield* expectEqual(yield* modified, after)
        yield* expectEqual(yield* stored(organisation, byNumber(before)), after)
      })
    )
  },
  {
    name: "a communication with a contact that is not stored is refused, and not stored",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const draft = aDraft("42")
      const { id } = draft.contact_information
      yield* (yield* ContactInformations).add(freshOrganisation(), draft.contact_information)
      yield* expectFailure(communications.add(organisation, draft, act), new ContactInformationNotFound({ id }))
      const error = yield* Effect.flip(stored(organisation, byId(draft)))
      yield* expectEqual(error._tag, "CommunicationNotFound")
    })
  },
  {
    name: "a completed communication can become a draft again, if a transition says so",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      yield* communications.modify(organisation, byId(draft), complete, act)
      yield* communications.modify(organisation, byId(draft), () => Result.succeed(draft), act)
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "what nobody added is not found, by neither id nor number",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const stranger = aDraft("42")
      for (const [identifier, named] of [
        [byId(stranger), { id: stranger.id }],
        [byNumber(stranger), { number: "42" }]
      ] as const) {
        const notFound = new CommunicationNotFound({ identifier: named })
        yield* expectFailure(communications.find(organisation, identifier), notFound)
        yield* expectFailure(communications.modify(organisation, identifier, complete, act), notFound)
      }
      yield* expectEqual(yield* historyOf(organisation, stranger), [])
    })
  },
  {
    name: "another organisation's communication is not found, and not changed",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const other = freshOrganisation()
      yield* store(other, aDraft("42"))
      for (const identifier of [byId(draft), byNumber(draft)]) {
        for (const attempt of [
          communications.find(other, identifier),
          communications.modify(other, identifier, complete, act)
        ]) {
          yield* expectEqual((yield* Effect.flip(attempt))._tag, "CommunicationNotFound")
        }
      }
      yield* expectEqual(yield* historyOf(other, draft), [])
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "two organisations may have the same id and the same number: each has its own communication",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const other = freshOrganisation()
      yield* store(other, draft, added)
      yield* communications.modify(other, byNumber(draft), complete, act)
      yield* expectEqual(yield* stored(other, byId(draft)), completed(draft))
      yield* expectEqual(yield* historyOf(other, draft), [creation(added), completion(act)])
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creation(added)])
    })
  },
  {
    name: "a refusal is the failure, and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      yield* communications.modify(organisation, byId(draft), complete, act)
      const { id, number } = draft
      const later = { ...anAct(), at: DateTime.add(noon, { hours: 1 }) }
      yield* expectFailure(
        communications.modify(organisation, byId(draft), complete, later),
        new NotDraft({ id, number, life_cycle_state: "COMPLETED" })
      )
      yield* expectEqual(yield* stored(organisation, byId(draft)), completed(draft))
      yield* expectEqual(yield* historyOf(organisation, draft), [creation(added), completion(act)])
    })
  },
  {
    name: "a transition that throws is a defect, and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const throws = () => {
        throw new Error("a bug in a transition")
      }
      const exit = yield* Effect.exit(communications.modify(organisation, byId(draft), throws, act))
      yield* expectEqual(Exit.hasDies(exit), true)
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creation(added)])
    })
  },
  {
    name: "a transition that makes another communication of it is a defect, and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const { id, number, contact_information } = aDraft("42")
      yield* (yield* ContactInformations).add(organisation, contact_information)
      const { _tag, ...members } = completed(draft)
      for (const changed of [
        { id },
        { number },
        { contact_information },
        { created_at: DateTime.add(draft.created_at, { milliseconds: 1 }) },
        { direction: "INCOMING" },
        { media: "SMS" },
        { content: "other" }
      ] as const) {
        const next = Completed.make({ ...members, ...changed })
        const exit = yield* Effect.exit(
          communications.modify(organisation, byId(draft), () => Result.succeed(next), act)
        )
        yield* expectEqual(Exit.hasDies(exit), true)
        yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
        yield* expectEqual(yield* historyOf(organisation, draft), [creation(added)])
      }
    })
  },
  {
    name: "what is added completed was created completed",
    test: Effect.gen(function* () {
      const organisation = freshOrganisation()
      const imported = completed(aDraft())
      yield* store(organisation, imported, act)
      yield* expectEqual(yield* historyOf(organisation, imported), [{ from: null, to: "COMPLETED", ...act }])
    })
  },
  {
    name: "each change of state leaves its step in the history, and nothing else does",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const withoutRequest = { ...anAct(), request_id: null }
      const back = anAct()
      yield* communications.modify(organisation, byId(draft), view, anAct())
      yield* communications.modify(organisation, byId(draft), complete, withoutRequest)
      yield* communications.modify(organisation, byId(draft), view, anAct())
      yield* communications.modify(organisation, byId(draft), () => Result.succeed(draft), back)
      yield* communications.modify(organisation, byId(draft), complete, act)
      yield* expectEqual(yield* historyOf(organisation, draft), [
        creation(added),
        completion(withoutRequest),
        { from: "COMPLETED", to: "DRAFT", ...back },
        completion(act)
      ])
    })
  },
  {
    name: "what was viewed stays viewed as it was, however many views come at once",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const views = yield* Effect.forEach(
        Array.from({ length: 16 }, (_, millis) => ({ ...act, at: DateTime.add(noon, { milliseconds: millis }) })),
        (act) => communications.modify(organisation, byNumber(draft), view, act),
        { concurrency: "unbounded" }
      )
      const found = yield* stored(organisation, byId(draft))
      yield* expectEqual(found.viewed_on === null, false)
      for (const viewed of views) yield* expectEqual(viewed, found)
    })
  },
  {
    name: "of 64 concurrent completions exactly one wins, and leaves one step",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const acts = Array.from({ length: 64 }, () => anAct())
      const results = yield* Effect.forEach(
        acts,
        (act, index) => {
          const identifier = index % 2 === 0 ? byId(draft) : byNumber(draft)
          return Effect.result(communications.modify(organisation, identifier, complete, act))
        },
        { concurrency: "unbounded" }
      )
      const winners = acts.filter((_, index) => results[index]?._tag === "Success")
      const refusals = results.filter(Result.isFailure).map(({ failure }) => failure._tag)
      yield* expectEqual(refusals, Array<"NotDraft">(63).fill("NotDraft"))
      yield* expectEqual(
        [yield* stored(organisation, byId(draft))],
        winners.map((act) => completed(draft, act))
      )
      yield* expectEqual(yield* historyOf(organisation, draft), [creation(added), ...winners.map(completion)])
    })
  },
  {
    name: "of 64 concurrent modifications none is lost",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const { _tag, ...members } = draft
      yield* Effect.forEach(
        Array.from({ length: 64 }),
        () =>
          communications.modify(
            organisation,
            byId(draft),
            ({ viewed_on }) =>
              Result.succeed(
                Draft.make({ ...members, viewed_on: DateTime.add(viewed_on ?? noon, { milliseconds: 1 }) })
              ),
            act
          ),
        { concurrency: "unbounded" }
      )
      const viewed_on = DateTime.add(noon, { milliseconds: 64 })
      yield* expectEqual(yield* stored(organisation, byId(draft)), Draft.make({ ...members, viewed_on }))
    })
  },
  {
    name: "a modification that is interrupted has happened whole or not at all",
    test: Effect.gen(function* () {
      for (let turn = 0; turn < 20; turn++) {
        const { communications, organisation, draft, added } = yield* given
        const fiber = yield* Effect.forkChild(communications.modify(organisation, byId(draft), complete, act))
        yield* Effect.yieldNow
        if (turn % 2 === 0) yield* Effect.sleep(turn / 4)
        yield* Fiber.interrupt(fiber)
        const found = yield* stored(organisation, byId(draft))
        const isDraft = found._tag === "Draft"
        yield* expectEqual(found, isDraft ? draft : completed(draft))
        const steps = [creation(added), ...(isDraft ? [] : [completion(act)])]
        yield* expectEqual(yield* historyOf(organisation, draft), steps)
      }
    })
  },
  {
    name: "a number is given once: the second communication is refused, and not stored",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const second = aDraft(draft.number)
      const { id, number } = second
      yield* expectFailure(store(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
      const error = yield* Effect.flip(communications.modify(organisation, byId(second), complete, act))
      yield* expectEqual(error._tag, "CommunicationNotFound")
      yield* expectEqual(yield* historyOf(organisation, second), [])
    })
  },
  {
    name: "an id is given once: the second communication is refused, and not stored",
    test: Effect.gen(function* () {
      const { organisation, draft, added } = yield* given
      const { _tag, ...members } = aDraft("42")
      const second = Draft.make({ ...members, id: CommunicationId.make(draft.id) })
      const { id, number } = second
      yield* expectFailure(store(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creation(added)])
    })
  },
  {
    name: "of 16 communications added at once under one number exactly one is stored",
    test: Effect.gen(function* () {
      const organisation = freshOrganisation()
      const drafts = Array.from({ length: 16 }, () => aDraft("7"))
      const results = yield* Effect.forEach(drafts, (draft) => Effect.result(store(organisation, draft)), {
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
      const organisation = freshOrganisation()
      const contact_information = aPerson()
      const drafts = Array.from({ length: 16 }, (_, index) => {
        const { _tag, ...members } = aDraft(String(index))
        return Draft.make({ ...members, contact_information })
      })
      yield* Effect.forEach(drafts, (draft) => store(organisation, draft), { concurrency: "unbounded" })
      for (const draft of drafts) yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  },
  {
    name: "drafts that are created at once get numbers that nothing else has, added communications included",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const { contact_information } = aDraft()
      for (const number of ["1", "2", "3", "5", "20"]) {
        const { _tag, ...members } = aDraft(number)
        yield* store(organisation, Draft.make({ ...members, contact_information }))
      }
      const created = yield* Effect.forEach(
        Array.from({ length: 32 }, () => {
          const { _tag, number, ...members } = aDraft()
          return (number: CommunicationNumber) => Draft.make({ ...members, contact_information, number })
        }),
        (draft) => communications.create(organisation, draft, act),
        { concurrency: 8 }
      )
      const numbers = new Set([...["1", "2", "3", "5", "20"], ...created.map(({ number }) => number)])
      yield* expectEqual(numbers.size, 37)
      for (const draft of created) {
        yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
        yield* expectEqual(yield* historyOf(organisation, draft), [creation(act)])
      }
    })
  },
  {
    name: "the numbers of drafts that are created one after the other grow",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const { _tag, number, ...members } = aDraft()
      yield* (yield* ContactInformations).add(organisation, members.contact_information)
      let last = 0
      for (let created = 0; created < 12; created++) {
        const id = CommunicationId.make(freshId())
        const draft = (number: CommunicationNumber) => Draft.make({ ...members, id, number })
        const next = Number((yield* communications.create(organisation, draft, act)).number)
        yield* expectEqual(next > last, true)
        last = next
      }
    })
  },
  {
    name: "a draft with a contact that is not stored is not created",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const { _tag, number, ...members } = aDraft()
      const { id } = members.contact_information
      yield* expectFailure(
        communications.create(organisation, (number) => Draft.make({ ...members, number }), act),
        new ContactInformationNotFound({ id })
      )
      const error = yield* Effect.flip(stored(organisation, { _tag: "Id", id: members.id }))
      yield* expectEqual(error._tag, "CommunicationNotFound")
    })
  },
  ...listClauses
]
