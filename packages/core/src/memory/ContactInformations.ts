import { Effect, Layer } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import { ContactInformationExists, ContactInformationNotFound } from "../domain/errors/index.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"

/** An in-memory `ContactInformations`, for tests and experiments. */
export const layerMemory: Layer.Layer<ContactInformations> = Layer.sync(ContactInformations, () => {
  const contacts = new Map<string, ContactInformation>()
  return ContactInformations.of({
    add: Effect.fnUntraced(function* (organisation, contact) {
      const key = organisation + contact.id
      if (contacts.has(key)) return yield* new ContactInformationExists({ id: contact.id })
      contacts.set(key, contact)
    }),
    find: Effect.fnUntraced(function* (organisation, id) {
      const contact = contacts.get(organisation + id)
      return contact === undefined ? yield* new ContactInformationNotFound({ id }) : contact
    })
  })
})
