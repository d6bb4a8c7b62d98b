import { Arbitrary, Effect, Result } from "effect"
import { Communication, type Draft } from "../../domain/Communication.ts"
import { CommunicationExists, CommunicationNotFound, ContactInformationNotFound } from "../../domain/errors/index.ts"
import { completion } from "../../domain/Steps.ts"
import { ContactInformations } from "../../ports/ContactInformations.ts"
import { expectEqual, expectFailure, expectForAll, failureOf } from "../Clause.ts"
import { aDraft, aKey, anAct, aPerson, freshOrganisation, noon, store } from "../Fixtures.ts"
import {
  byId,
  byNumber,
  type Clauses,
  completedBy,
  completionBy,
  creationBy,
  given,
  historyOf,
  stored
} from "./Given.ts"

const act = anAct()

/** The guarantees of `Communications` about adding and finding. */
export const storingClauses: Clauses = [
  {
    name: "find returns an added communication unchanged, by id and by number",
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
    name: "adding a communication with an unknown contact fails and stores nothing",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const draft = aDraft("42")
      const { id } = draft.contact_information
      yield* (yield* ContactInformations).add(freshOrganisation(), draft.contact_information)
      for (const communication of [draft, completedBy(draft, act)]) {
        for (const by of [act, { ...act, idempotency: aKey() }]) {
          const adding = communications.add(organisation, communication, by)
          yield* expectFailure(adding, new ContactInformationNotFound({ id }))
        }
      }
      const error = yield* failureOf(stored(organisation, byId(draft)))
      yield* expectEqual(error._tag, "CommunicationNotFound")
    })
  },
  {
    name: "an unknown communication is not found, by id or by number",
    test: Effect.gen(function* () {
      const { communications, organisation } = yield* given
      const unknown = aDraft("42")
      for (const [identifier, named] of [
        [byId(unknown), { id: unknown.id }],
        [byNumber(unknown), { number: "42" }]
      ] as const) {
        const notFound = new CommunicationNotFound({ identifier: named })
        yield* expectFailure(communications.find(organisation, identifier), notFound)
        yield* expectFailure(communications.take(organisation, identifier, completion, act), notFound)
        yield* expectFailure(communications.view(organisation, identifier, noon), notFound)
      }
      yield* expectEqual(yield* historyOf(organisation, unknown), [])
    })
  },
  {
    name: "a communication of another organisation is neither found nor changed",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const other = freshOrganisation()
      yield* store(other, aDraft("42"))
      for (const identifier of [byId(draft), byNumber(draft)]) {
        for (const attempt of [
          communications.find(other, identifier),
          communications.take(other, identifier, completion, act),
          communications.view(other, identifier, noon)
        ]) {
          yield* expectEqual((yield* failureOf(attempt))._tag, "CommunicationNotFound")
        }
      }
      yield* expectEqual(yield* historyOf(other, draft), [])
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
    })
  },
  {
    name: "two organisations can have separate communications with the same id and number",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const other = freshOrganisation()
      yield* store(other, draft, added)
      yield* communications.take(other, byNumber(draft), completion, act)
      yield* expectEqual(yield* stored(other, byId(draft)), completedBy(draft, act))
      yield* expectEqual(yield* historyOf(other, draft), [creationBy(added), completionBy(act)])
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
    })
  },
  {
    name: "the history of a communication added as completed begins with COMPLETED",
    test: Effect.gen(function* () {
      const organisation = freshOrganisation()
      const imported = completedBy(aDraft(), act)
      yield* store(organisation, imported, act)
      yield* expectEqual(yield* historyOf(organisation, imported), [{ from: null, to: "COMPLETED", ...act }])
    })
  },
  {
    name: "adding a second communication with the same number fails and stores nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const second = aDraft(draft.number)
      const { id, number } = second
      yield* expectFailure(store(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
      const error = yield* failureOf(communications.take(organisation, byId(second), completion, act))
      yield* expectEqual(error._tag, "CommunicationNotFound")
      yield* expectEqual(yield* historyOf(organisation, second), [])
    })
  },
  {
    name: "adding a second communication with the same id fails and stores nothing",
    test: Effect.gen(function* () {
      const { organisation, draft, added } = yield* given
      const second = { ...aDraft("42"), id: draft.id }
      const { id, number } = second
      yield* expectFailure(store(organisation, second), new CommunicationExists({ id, number }))
      yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
      yield* expectEqual((yield* failureOf(stored(organisation, byNumber(second))))._tag, "CommunicationNotFound")
      yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(added)])
    })
  },
  {
    name: "of 16 communications added concurrently with the same number, exactly one is stored",
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
    name: "communications with the same contact can be added concurrently",
    test: Effect.gen(function* () {
      const organisation = freshOrganisation()
      const contact_information = aPerson()
      const drafts = Array.from(
        { length: 16 },
        (_, index): Draft => ({ ...aDraft(String(index)), contact_information })
      )
      yield* Effect.forEach(drafts, (draft) => store(organisation, draft), { concurrency: "unbounded" })
      for (const draft of drafts) yield* expectEqual(yield* stored(organisation, byId(draft)), draft)
    })
  }
]
