import { Effect, Layer } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import type { ContactInformationId, OrganisationId } from "../domain/Identity.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"

/** A name without accents and in upper case. */
const keyOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toUpperCase()

/** An in-memory `ContactInformations`, for tests and experiments. */
export const layerMemory: Layer.Layer<ContactInformations> = Layer.sync(ContactInformations, () => {
  const stores = new Map<OrganisationId, Map<ContactInformationId, ContactInformation>>()
  return ContactInformations.of({
    add: Effect.fnUntraced(function* (organisation, contact) {
      const contacts = stores.get(organisation) ?? new Map<ContactInformationId, ContactInformation>()
      if (contacts.has(contact.id)) return yield* new ContactInformationExists({ id: contact.id })
      stores.set(organisation, contacts.set(contact.id, contact))
    }),
    find: Effect.fnUntraced(function* (organisation, id) {
      const contact = stores.get(organisation)?.get(id)
      return contact === undefined ? yield* new ContactInformationNotFound({ id }) : contact
    }),
    list: (organisation, { name = "", type, after, limit }) =>
      Effect.sync(() => {
        const newestFirst = [...(stores.get(organisation)?.values() ?? [])].toReversed()
        const start = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1
        if (after !== undefined && start === 0) return []
        return newestFirst
          .slice(start)
          .filter((contact) => keyOf(contact.name).startsWith(keyOf(name)) && (type ?? contact.type) === contact.type)
          .slice(0, limit)
      })
  })
})
