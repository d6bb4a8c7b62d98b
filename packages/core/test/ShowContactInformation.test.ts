import { ContactInformationNotFound, InvalidToken, layerMemory, showContactInformation } from "@communications/core"
import { freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, uuidOf } from "./Given.ts"

layer(layerMemory)("showContactInformation", (it) => {
  it.effect("returns a contact of the caller's organisation, by id in either case or as a UUID", () =>
    Effect.gen(function* () {
      const [{ token, contact }, theirs] = [yield* given, yield* given]
      for (const id of [contact.id, contact.id.toLowerCase(), uuidOf(contact.id)]) {
        const contact_information_identifier = { id }
        assert.deepStrictEqual(yield* showContactInformation({ token, contact_information_identifier }), contact)
        const showing = showContactInformation({ token: theirs.token, contact_information_identifier })
        assert.deepStrictEqual(yield* Effect.flip(showing), new ContactInformationNotFound({ id: contact.id }))
      }
    })
  )
  it.effect("checks the token before the id", () =>
    Effect.gen(function* () {
      const request = { contact_information_identifier: { id: "41" } }
      const error = (token: Parameters<typeof showContactInformation>[0]["token"] & {}) =>
        Effect.flip(showContactInformation({ ...request, token }))
      assert.deepStrictEqual(yield* error(freshToken()), new InvalidToken())
      assert.deepStrictEqual(yield* error((yield* given).token), new ContactInformationNotFound({ id: "41" }))
    })
  )
})
