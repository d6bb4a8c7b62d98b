import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, get, post } from "../Operations.ts"
import { CONTACT, refused, SHAPE, TOKEN } from "../Refused.ts"
import { contacts } from "./contacts.ts"

const list = "contact_information/list"

layer(ApiInMemory, { excludeTestServices: true })("contact_information/list", (it) => {
  it.effect(
    "returns every member of the matching contacts, newest first, and names the next page in X-Next-After",
    () =>
      Effect.gen(function* () {
        const { token } = yield* setup
        const created: Array<Readonly<Record<string, unknown>>> = []
        for (const { described, expected } of contacts) {
          const response = yield* post("contact_information/create", { ...described, token })
          created.unshift({ id: String(at(response.json, "data", "id")), ...expected })
        }
        const found: Array<unknown> = []
        for (let after: string | undefined; ; ) {
          const page = yield* get(list, { token, number_of_results: 1, after })
          found.push(...Object.values(at(page.json, "data") ?? {}))
          const next = page.headers["x-next-after"]
          if (next === undefined) break
          assert.strictEqual(next, at(found.at(-1), "id"))
          after = String(next)
        }
        assert.deepStrictEqual(found.slice(0, -1), created)
        const { name: newest, type } = created[0] ?? assert.fail("no contact")
        const name = String(newest).slice(0, 4).toLowerCase()
        const matching = created.filter((one) => String(one.name).toLowerCase().startsWith(name) && one.type === type)
        assertOk(
          yield* get(list, { token, name, type: String(type), fields_set: "name,id" }),
          matching.map(({ id, name }) => ({ id, name }))
        )
        assertOk(yield* get(list, { token, name: "nobody" }), [])
      })
  )
  it.effect("names the parameter that is wrong, then checks the token, then the contact of `after`", () =>
    Effect.gen(function* () {
      const [{ token }, theirs] = [yield* setup, yield* setup]
      for (const sentToken of [token, undefined]) {
        for (const [query, about] of [
          [{ number_of_results: 0 }, /^number_of_results: .*1 to 100/],
          [{ number_of_results: 101 }, /^number_of_results: .*1 to 100/],
          [{ number_of_results: "abc" }, /^number_of_results: /],
          [{ type: "ROBOT" }, /^type: /],
          [{ name: "x".repeat(101) }, /^name: /],
          [{ name: "\u0000" }, /^name: /]
        ] as const) {
          refused(yield* get(list, { ...query, token: sentToken }), SHAPE, about)
        }
      }
      for (const after of [freshId(), theirs.draft.contact_information.id, "41", ""]) {
        refused(yield* get(list, { after }), TOKEN)
        refused(yield* get(list, { token, after }), CONTACT)
      }
    })
  )
})
