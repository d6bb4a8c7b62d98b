import { Effect, Result } from "effect"
import { ContactInformationExists, ContactInformationNotFound, IdempotencyKeyReused } from "../domain/errors/index.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { aKey, anAct, aPerson, freshOrganisation } from "./Fixtures.ts"

const aKeyedAct = () => ({ ...anAct(), idempotency: aKey() })

/** The guarantees of `ContactInformations` about idempotency keys. */
export const contactInformationKeyClauses: ReadonlyArray<Clause<ContactInformations>> = [
  {
    name: "a key finds the contact that its act stored, and belongs to its user and its organisation",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const organisation = freshOrganisation()
      const act = aKeyedAct()
      const { key, fingerprint } = act.idempotency
      yield* expectEqual(yield* contacts.findByKey(organisation, act.by, key), undefined)
      const added = [
        { owner: organisation, keyed: act, made: aPerson() },
        { owner: organisation, keyed: { ...act, by: anAct().by }, made: aPerson() },
        { owner: freshOrganisation(), keyed: act, made: aPerson() }
      ]
      for (const { owner, keyed, made } of added) yield* contacts.add(owner, made, keyed)
      for (const { owner, keyed, made } of added) {
        yield* expectEqual(yield* contacts.findByKey(owner, keyed.by, key), { fingerprint, made })
        yield* expectEqual(yield* contacts.find(owner, made.id), made)
      }
    })
  },
  {
    name: "a contact with an existing id is refused as such, even if its act has a new key, which stays unused",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const [organisation, contact, act] = [freshOrganisation(), aPerson(), aKeyedAct()]
      yield* contacts.add(organisation, contact)
      const again = contacts.add(organisation, { ...contact, title: "Countess" }, act)
      yield* expectFailure(again, new ContactInformationExists({ id: contact.id }))
      yield* expectEqual(yield* contacts.find(organisation, contact.id), contact)
      yield* expectEqual(yield* contacts.findByKey(organisation, act.by, act.idempotency.key), undefined)
    })
  },
  {
    name: "of 16 contacts added concurrently with the same key, exactly one is stored",
    test: Effect.gen(function* () {
      const contacts = yield* ContactInformations
      const [organisation, act] = [freshOrganisation(), aKeyedAct()]
      const { key } = act.idempotency
      const all = Array.from({ length: 16 }, () => aPerson())
      const results = yield* Effect.forEach(all, (contact) => Effect.result(contacts.add(organisation, contact, act)), {
        concurrency: "unbounded"
      })
      const winners = all.filter((_, index) => results[index]?._tag === "Success")
      yield* expectEqual(winners, [(yield* contacts.findByKey(organisation, act.by, key))?.made])
      for (const { failure } of results.filter(Result.isFailure)) {
        yield* expectEqual(failure, new IdempotencyKeyReused({ key }))
      }
      for (const { id } of all.filter((contact) => !winners.includes(contact))) {
        yield* expectFailure(contacts.find(organisation, id), new ContactInformationNotFound({ id }))
      }
    })
  }
]
