import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, get, post } from "../Operations.ts"
import { refused, SHAPE } from "../Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("communications/create", (it) => {
  it.effect("returns every member of the new draft, or those in fields_set", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const request = {
        ...{ token, contact_information_identifier: { id: draft.contact_information.id.toLowerCase() } },
        ...{ direction: "INCOMING", media: "FACE_TO_FACE", subject: "Ünïcode ☃", content: "Dear Ada" }
      }
      const created = yield* post("communications/create", request)
      const id = at(created.json, "data", "id")
      assert.match(String(id), /^[0-9A-F]{32}$/)
      const data = {
        ...{ id, number: "1", life_cycle_state: "DRAFT", subject: "Ünïcode ☃", viewed: false, viewed_on: null },
        contact_information: draft.contact_information,
        ...{ direction: "INCOMING", media: "FACE_TO_FACE", content: "Dear Ada" },
        ...{ created_at: at(created.json, "data", "created_at"), completed_at: null, completed_by: null }
      }
      assert.match(String(data.created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      assertOk(created, data)
      assertOk(yield* get("communications/show", { token, communication_identifier: `id=${id}` }), data)
      const fewer = { ...request, subject: null, content: undefined, fields_set: "content,number,subject" }
      assertOk(yield* post("communications/create", fewer), { number: "2", subject: null, content: null })
    })
  )
  it.effect("names the parameter that is missing or wrong", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const { id } = draft.contact_information
      const right = { token, contact_information_identifier: { id }, direction: "INCOMING", media: "SMS" }
      for (const [changed, about] of [
        [{ contact_information_identifier: undefined }, /^contact_information_identifier(:| is) /],
        [{ contact_information_identifier: null }, /^contact_information_identifier: /],
        [{ contact_information_identifier: {} }, /^contact_information_identifier\.id(:| is) /],
        [{ contact_information_identifier: { id: null } }, /^contact_information_identifier\.id(:| is) /],
        [{ contact_information_identifier: { id: 41 } }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id, number: "41" } }, /^contact_information_identifier\.number: /],
        [{ direction: undefined }, /^direction(:| is) /],
        [{ direction: "incoming" }, /^direction: /],
        [{ direction: null }, /^direction: /],
        [{ media: undefined }, /^media(:| is) /],
        [{ media: "PIGEON" }, /^media: /],
        [{ subject: 41 }, /^subject: /],
        [{ subject: "\u0000" }, /^subject: /],
        [{ content: "\ud800" }, /^content: /],
        [{ content: {} }, /^content(:| is) /],
        [{ fields_set: 5 }, /^fields_set: /],
        [{ token: 5 }, /^token: /]
      ] as const) {
        refused(yield* post("communications/create", { ...right, ...changed }), SHAPE, about)
      }
    })
  )
})
