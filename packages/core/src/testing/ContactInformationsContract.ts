import { Arbitrary, Effect, Result } from "effect"
import { ContactInformation } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
import { aPerson, freshOrganisation } from "./Fixtures.ts"

/** The guarantees of `ContactInformations`, which every adapter must pass. */
export const contactInformationsContract: ReadonlyArray<Clause<ContactInformations>> = [
  {
    name: "find returns an added contact unchanged",
    test: expectForAll(
      Arbitrary.schema(ContactInformation),
      Effect.fnUntraced(function* (contact) {
        const contacts = yield* ContactInformations
        const organisation = freshOrganisation()
        yield* contacts.add(organisation, contact)
        yield* expectEqual(yield* contacts.find(organisation, contact.id), contact)
      })
    )
  },
  {
    name: "a contact that only another organisation has is not found",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const contact = aPerson()
      yield* contacts.add(freshOrganisation(), contact)
      const notFound = new ContactInformationNotFound({ id: contact.id })
      yield* expectFailure(contacts.find(freshOrganisation(), contact.id), notFound)
    })
  },
  {
    name: "of 16 contacts added concurrently with the same id, exactly one is stored",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const [organisation, { id }] = [freshOrganisation(), aPerson()]
      const all = Array.from({ length: 16 }, (_, index) => ({ ...aPerson(), id, title: String(index) }))
      const results = yield* Effect.forEach(all, (contact) => Effect.result(contacts.add(organisation, contact)), {
        concurrency: "unbounded"
      })
      const winners = all.filter((_, index) => results[index]?._tag === "Success")
      yield* expectEqual(winners, [yield* contacts.find(organisation, id)])
      for (const { failure } of results.filter(Result.isFailure)) {
        yield* expectEqual(failure, new ContactInformationExists({ id }))
      }
    })
  },
  {
    name: "two organisations can have separate contacts with the same id",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const [one, other] = [freshOrganisation(), freshOrganisation()]
      const contact = aPerson()
      yield* contacts.add(one, contact)
      yield* contacts.add(other, { ...contact, title: "Countess" })
      yield* expectEqual(yield* contacts.find(one, contact.id), contact)
      yield* expectEqual((yield* contacts.find(other, contact.id)).title, "Countess")
    })
  }
]
