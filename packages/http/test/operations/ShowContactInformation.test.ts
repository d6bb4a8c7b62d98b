import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "../Client.ts"
import { ApiInMemory, ask, assertOk } from "../Methods.ts"
import { CONTACT, refused, SHAPE } from "../Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("GET contact_information/show", (it) => {
  it.effect("returns a stored contact, by its id in either case or as a UUID, and only the named fields", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { contact_information: contact } = draft
      const uuid = contact.id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
      for (const id of [contact.id, contact.id.toLowerCase(), uuid, uuid.toLowerCase()]) {
        assertOk(yield* ask("contact_information/show", { token, contact_information_identifier: `id=${id}` }), contact)
      }
      const named = { token, contact_information_identifier: `id=${contact.id}`, fields_set: "name,id" }
      assertOk(yield* ask("contact_information/show", named), { id: contact.id, name: contact.name })
    })
  )
  it.effect("does not find a contact of another organisation, and needs exactly one id", () =>
    Effect.gen(function* () {
      const [{ token }, theirs] = [yield* given, yield* given]
      const show = (identifier: string) =>
        ask("contact_information/show", { token, contact_information_identifier: identifier })
      refused(yield* show(`id=${theirs.draft.contact_information.id}`), CONTACT)
      for (const wrong of ["", "id", "number=41"]) {
        refused(yield* show(wrong), SHAPE, /^contact_information_identifier: /)
      }
    })
  )
})
