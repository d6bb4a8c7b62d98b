import { Arbitrary, Effect, Result } from "effect"
import { ContactInformation, ContactInformationType } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
import { contactInformationKeyClauses } from "./ContactInformationKeys.ts"
import { aCompany, aPerson, freshOrganisation } from "./Fixtures.ts"

/** Stores a contact in a millisecond of its own: the order of those that are stored in the same one is not defined. */
const addLater = Effect.fnUntraced(function* (organisation: OrganisationId, contact: ContactInformation) {
  yield* Effect.sleep("2 millis")
  yield* (yield* ContactInformations).add(organisation, contact)
})

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
  },
  {
    name: "a list has the matching contacts of its organisation, newest first, a page after a contact",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const [organisation, other] = [freshOrganisation(), freshOrganisation()]
      const added = Array.from({ length: 9 }, (_, index) => (index % 3 === 0 ? aCompany() : aPerson()))
      for (const contact of added) {
        yield* addLater(organisation, contact)
        yield* contacts.add(other, { ...contact, name: "of another organisation" })
      }
      const newest = added.toReversed()
      yield* expectEqual(yield* contacts.list(organisation, { limit: 100 }), newest)
      for (const type of ContactInformationType.literals) {
        const expected = newest.filter((contact) => contact.type === type)
        yield* expectEqual(yield* contacts.list(organisation, { type, limit: 100 }), expected)
        yield* expectEqual(
          yield* contacts.list(organisation, { type, after: newest[2]?.id, limit: 2 }),
          newest
            .slice(3)
            .filter((contact) => contact.type === type)
            .slice(0, 2)
        )
      }
      const paged: Array<ContactInformation> = []
      for (let page = 0; page < 4; page++) {
        paged.push(...(yield* contacts.list(organisation, { after: paged.at(-1)?.id, limit: 3 })))
      }
      yield* expectEqual(paged, newest)
      yield* expectEqual(yield* contacts.list(freshOrganisation(), { limit: 100 }), [])
      for (const after of [aPerson().id, added[0]?.id]) {
        yield* expectEqual(yield* contacts.list(freshOrganisation(), { after, limit: 100 }), [])
      }
    })
  },
  {
    name: "a list finds the names that begin with a text, whatever the case and the accents of both",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const organisation = freshOrganisation()
      const others = ["Abel", "Zz"]
      const names = [
        ...others,
        "Zoë Lee",
        "ZOE",
        "Zo",
        "Straße 5",
        "Ωμέγα ΑΕ",
        "Łódź",
        "100% _cotton\\",
        "a".repeat(3000),
        "b🔑"
      ]
      const added = names.map((name) => ({ ...aPerson(), name }))
      for (const contact of added) yield* addLater(organisation, contact)
      for (const [name, expected] of [
        ["zoe", ["ZOE", "Zoë Lee"]],
        ["ZOË", ["ZOE", "Zoë Lee"]],
        ["zoe\u0308 l", ["Zoë Lee"]],
        ["oe", []],
        ["strasse", ["Straße 5"]],
        ["ωμεγα α", ["Ωμέγα ΑΕ"]],
        ["łod", ["Łódź"]],
        ["100% _COT", ["100% _cotton\\"]],
        ["100_", []],
        ["%", []],
        ["b🔑", ["b🔑"]],
        ["A".repeat(100), ["a".repeat(3000)]],
        ["", names.toReversed()]
      ] as const) {
        yield* expectEqual(
          yield* contacts.list(organisation, { name, limit: 100 }),
          expected.map((name) => added.find((contact) => contact.name === name))
        )
      }
      const [older, newer] = added.slice(others.length)
      yield* expectEqual(yield* contacts.list(organisation, { name: "zo", after: newer?.id, limit: 100 }), [older])
      yield* expectEqual(yield* contacts.list(organisation, { name: "zo", after: older?.id, limit: 1 }), [])
      for (const after of [undefined, newer?.id]) {
        const companies = contacts.list(organisation, { name: "zo", type: "COMPANY", after, limit: 100 })
        yield* expectEqual(yield* companies, [])
      }
    })
  },
  ...contactInformationKeyClauses
]
