import { Effect, Layer } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import type { ContactInformationId, OrganisationId } from "../domain/Identity.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Keys, makeKeys } from "./Keys.ts"

/** The contacts of one organisation. */
interface Store {
  readonly contacts: Map<ContactInformationId, ContactInformation>
  readonly keys: Keys<ContactInformationId>
}

/** A name without accents and in upper case. */
const foldedOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toUpperCase()

/** An in-memory `ContactInformations`, for tests and experiments. */
export const layerMemory: Layer.Layer<ContactInformations> = Layer.sync(ContactInformations, () => {
  const stores = new Map<OrganisationId, Store>()
  const storeOf = (organisation: OrganisationId): Store => {
    const store = stores.get(organisation) ?? { contacts: new Map(), keys: makeKeys<ContactInformationId>() }
    stores.set(organisation, store)
    return store
  }
  return ContactInformations.of({
    add: Effect.fnUntraced(function* (organisation, contact, act) {
      const { contacts, keys } = storeOf(organisation)
      if (contacts.has(contact.id)) return yield* new ContactInformationExists({ id: contact.id })
      if (act !== undefined) {
        yield* keys.requireUnused(act)
        keys.put(act, contact.id)
      }
      contacts.set(contact.id, contact)
    }),
    findByKey: (organisation, by, key) =>
      Effect.sync(() => {
        const { contacts, keys } = storeOf(organisation)
        return keys.find(by, key, (id) => contacts.get(id))
      }),
    find: Effect.fnUntraced(function* (organisation, id) {
      const contact = storeOf(organisation).contacts.get(id)
      return contact === undefined ? yield* new ContactInformationNotFound({ id }) : contact
    }),
    list: (organisation, { name = "", type, after, limit }) =>
      Effect.sync(() => {
        const newestFirst = [...storeOf(organisation).contacts.values()].toReversed()
        const start = newestFirst.findIndex(({ id }) => id === after) + 1
        if (after !== undefined && start === 0) return []
        return newestFirst
          .slice(start)
          .filter(
            (contact) => foldedOf(contact.name).startsWith(foldedOf(name)) && (type ?? contact.type) === contact.type
          )
          .slice(0, limit)
      })
  })
})
