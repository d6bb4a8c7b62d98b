import { Effect } from "effect"
import type { Draft } from "../../domain/Communication.ts"
import { ContactInformationNotFound } from "../../domain/errors/index.ts"
import type { CommunicationNumber } from "../../domain/Identity.ts"
import { Communications } from "../../ports/Communications.ts"
import { ContactInformations } from "../../ports/ContactInformations.ts"
import { expectEqual, expectFailure, failureOf } from "../Clause.ts"
import { aDraft, anAct, aPerson, freshOrganisation, store } from "../Fixtures.ts"
import { byId, byNumber, type Clauses, creationBy, historyOf, stored } from "./Given.ts"

const act = anAct()

/** Makes a new draft with this contact; the caller passes the number. */
const aDraftWith = (contact_information: Draft["contact_information"]) => {
  const draft = { ...aDraft(), contact_information }
  return (number: CommunicationNumber): Draft => ({ ...draft, number })
}

/** The guarantees of `Communications` about creating drafts and assigning numbers. */
export const numberClauses: Clauses = [
  {
    name: "drafts created concurrently get unique numbers, different from those of added communications",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const [organisation, contact_information] = [freshOrganisation(), aPerson()]
      const added = ["1", "2", "3", "5", "20"]
      for (const number of added) yield* store(organisation, { ...aDraft(number), contact_information })
      const created = yield* Effect.forEach(
        Array.from({ length: 32 }, () => aDraftWith(contact_information)),
        (draft) => communications.create(organisation, draft, act),
        { concurrency: 8 }
      )
      yield* expectEqual(new Set([...added, ...created.map(({ number }) => number)]).size, 37)
      for (const draft of created) {
        yield* expectEqual(yield* stored(organisation, byNumber(draft)), draft)
        yield* expectEqual(yield* historyOf(organisation, draft), [creationBy(act)])
      }
    })
  },
  {
    name: "drafts created one after another get growing numbers",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const [organisation, contact] = [freshOrganisation(), aPerson()]
      yield* (yield* ContactInformations).add(organisation, contact)
      let last = 0
      for (let created = 0; created < 12; created++) {
        const next = Number((yield* communications.create(organisation, aDraftWith(contact), act)).number)
        yield* expectEqual(next > last, true)
        last = next
      }
    })
  },
  {
    name: "creating a draft with an unknown contact fails and stores nothing",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const [organisation, draft] = [freshOrganisation(), aDraft()]
      const { id } = draft.contact_information
      yield* expectFailure(
        communications.create(organisation, (number) => ({ ...draft, number }), act),
        new ContactInformationNotFound({ id })
      )
      yield* expectEqual((yield* failureOf(stored(organisation, byId(draft))))._tag, "CommunicationNotFound")
      yield* expectEqual(yield* historyOf(organisation, draft), [])
    })
  }
]
