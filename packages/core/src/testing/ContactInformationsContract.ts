import { Arbitrary, Effect, Result } from "effect"
import { ContactInformation } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
import { aPerson, freshOrganisation } from "./Fixtures.ts"

/** Everything that `ContactInformations` promises; every adapter is held against it. */
export const contactInformationsContract: ReadonlyArray<Clause<ContactInformations>> = [
  {
    name: "an added contact comes back whole",
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
    name: "an unknown contact, and a contact of another organisation, is not found",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const contact = aPerson()
      yield* contacts.add(freshOrganisation(), contact)
      const notFound = new ContactInformationNotFound({ id: contact.id })
      yield* expectFailure(contacts.find(freshOrganisation(), contact.id), notFound)
    })
  },
  {
    name: "an id is unique: of 16 contacts added at once under one id exactly one is stored",
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
    name: "two organisations may have a contact of the same id: each has its own",
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
