import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, get, post } from "../Operations.ts"
import { contacts } from "./contacts.ts"

layer(ApiInMemory, { excludeTestServices: true })("contact_information/show", (it) => {
  for (const { title, described, expected } of contacts) {
    it.effect(`returns ${title}, or the members in fields_set`, () =>
      Effect.gen(function* () {
        const { token } = yield* setup
        const created = yield* post("contact_information/create", { ...described, token })
        const id = String(at(created.json, "data", "id"))
        const shown = (query: Readonly<Record<string, string>>) => get("contact_information/show", { token, ...query })
        assertOk(yield* shown({ contact_information_identifier: `id=${id}` }), { id, ...expected })
        const fields = { contact_information_identifier: `id=${id.toLowerCase()}`, fields_set: "name,id" }
        assertOk(yield* shown(fields), { id, name: expected.name })
      })
    )
  }
})
