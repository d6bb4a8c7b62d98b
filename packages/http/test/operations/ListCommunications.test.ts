import { toDetails } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, get, post } from "../Operations.ts"
import { assertDescription, COMMUNICATION, CONTACT, refused, SHAPE, secret, TOKEN } from "../Refused.ts"

const list = "communications/list"
const anEmail = { direction: "OUTGOING", media: "EMAIL" }

layer(ApiInMemory, { excludeTestServices: true })("communications/list", (it) => {
  it.effect("returns the matching communications, newest first, with `offset` and `after`", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const numbers: Array<string> = []
      for (let count = 1; count <= 30; count++) {
        const media = count % 2 === 0 ? "SMS" : "PHONE"
        const contact_information_identifier = { id: draft.contact_information.id }
        const request = { token, contact_information_identifier, direction: "OUTGOING", media }
        yield* post("communications/create", request)
        numbers.unshift(String(count))
        yield* Effect.sleep("2 millis")
      }
      const all = [...numbers, "41"]
      const listed = (query: Readonly<Record<string, string | number>>) =>
        Effect.map(get(list, { life_cycle_state: "DRAFT", fields_set: "number", ...query, token }), (response) => {
          assert.strictEqual(response.status, 200, response.text)
          const data = at(response.json, "data")
          return Array.isArray(data) ? data.map((found) => at(found, "number")) : assert.fail(response.text)
        })
      assert.deepStrictEqual(yield* listed({}), all.slice(0, 25))
      assert.deepStrictEqual(yield* listed({ number_of_results: 1 }), all.slice(0, 1))
      assert.deepStrictEqual(yield* listed({ number_of_results: 100 }), all)
      assert.deepStrictEqual(yield* listed({ offset: 28 }), all.slice(28))
      assert.deepStrictEqual(yield* listed({ offset: 1_000 }), [])
      assert.deepStrictEqual(yield* listed({ offset: "0007" }), all.slice(7, 32))
      assert.deepStrictEqual(yield* listed({ after: draft.id.toLowerCase() }), [])
      assert.deepStrictEqual(yield* listed({ media: "EMAIL" }), ["41"])
      assert.deepStrictEqual(yield* listed({ direction: "INCOMING" }), [])
      assert.deepStrictEqual(yield* listed({ contact_information_identifier: `id=${draft.contact_information.id}` }), [
        ...all.slice(0, 25)
      ])
      const firstPage = yield* get(list, { token, life_cycle_state: "DRAFT", number_of_results: 1, fields_set: "id" })
      const [newest] = Object.values(at(firstPage.json, "data") ?? {})
      assert.deepStrictEqual(yield* listed({ after: String(at(newest, "id")), offset: 1 }), all.slice(2, 27))
    })
  )
  it.effect("names the next page in X-Next-After, which the last page does not have", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const contact_information_identifier = { id: draft.contact_information.id }
      for (let count = 0; count < 3; count++) {
        yield* post("communications/create", { token, contact_information_identifier, ...anEmail })
      }
      const found: Array<unknown> = []
      for (const size of [3, 1]) {
        const start = found.length === 0 ? {} : { after: String(found.at(-1)) }
        const query = { token, life_cycle_state: "DRAFT", number_of_results: 3, fields_set: "number,id", ...start }
        const page = yield* get(list, query)
        const ids = Object.values(at(page.json, "data") ?? {}).map((communication) => at(communication, "id"))
        assert.strictEqual(ids.length, size)
        assert.strictEqual(page.headers["x-next-after"], size === 3 ? ids.at(-1) : undefined)
        found.push(...ids)
      }
      assert.strictEqual(new Set(found).size, 4)
    })
  )
  it.effect("returns every member of each communication, or an empty array if none matches", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const contact_information_identifier = `id=${draft.contact_information.id}`
      assertOk(yield* get(list, { token, contact_information_identifier }), [toDetails(draft)])
      assertOk(yield* get(list, { token, contact_information_identifier, life_cycle_state: "COMPLETED" }), [])
    })
  )
  it.effect("names the parameter that is missing or wrong, before it checks the token", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const drafts = { life_cycle_state: "DRAFT" }
      for (const sentToken of [token, undefined]) {
        for (const [query, about] of [
          [{}, /^contact_information_identifier: .*at least one of contact_information_identifier, life_cycle_state/],
          [{ direction: "INCOMING", media: "SMS" }, /^contact_information_identifier: /],
          [{ ...drafts, number_of_results: 0 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: 101 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: "abc" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "1e1" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: " 1" }, /^number_of_results: /],
          [{ ...drafts, offset: -1 }, /^offset: expected a single whole number, in digits only$/],
          [{ ...drafts, offset: 1_001 }, /^offset: expected a whole number from 0 to 1000; to read further, .*after$/],
          [{ ...drafts, offset: "1.5" }, /^offset: /],
          [{ ...drafts, offset: "9".repeat(16) }, /^offset: /],
          [{ life_cycle_state: "draft" }, /^life_cycle_state: /],
          [{ life_cycle_state: "" }, /^life_cycle_state: /],
          [{ ...drafts, direction: "SIDEWAYS" }, /^direction: /],
          [{ ...drafts, media: "PIGEON" }, /^media: /],
          [{ ...drafts, contact_information_identifier: "number=41" }, /^contact_information_identifier: /],
          [{ ...drafts, contact_information_identifier: "" }, /^contact_information_identifier: /]
        ] as const) {
          refused(yield* get(list, { ...query, token: sentToken }), SHAPE, about)
        }
      }
    })
  )
  it.effect("refuses a repeated parameter", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      for (const [name, value] of [
        ["life_cycle_state", "DRAFT"],
        ["number_of_results", "1"],
        ["offset", "1"],
        ["media", "SMS"],
        ["after", freshId()],
        ["contact_information_identifier", `id=${freshId()}`],
        ["token", token]
      ] as const) {
        const twice = `${name}=${value}&${name}=${value}`
        refused(yield* get(list, `token=${token}&life_cycle_state=DRAFT&${twice}`), SHAPE, new RegExp(`^${name}`))
      }
    })
  )
  it.effect("checks the token, then the contact, then the communication of `after`", () =>
    Effect.gen(function* () {
      const [{ token, draft }, theirs] = [yield* setup, yield* setup]
      const contact = `id=${draft.contact_information.id}`
      const drafts = { life_cycle_state: "DRAFT" }
      for (const after of [freshId(), theirs.draft.id, "41", ""]) {
        refused(yield* get(list, { ...drafts, after }), TOKEN)
        refused(yield* get(list, { ...drafts, token, after }), COMMUNICATION)
        refused(yield* get(list, { token, contact_information_identifier: contact, after }), COMMUNICATION)
      }
      for (const id of [freshId(), theirs.draft.contact_information.id, "41", ""]) {
        const contact_information_identifier = `id=${id}`
        refused(yield* get(list, { contact_information_identifier, after: freshId() }), TOKEN)
        refused(yield* get(list, { token, contact_information_identifier, after: freshId() }), CONTACT)
      }
    })
  )
  for (const [query, description] of [
    [`life_cycle_state=${secret}`, 'life_cycle_state: expected "DRAFT" or "COMPLETED"'],
    [`life_cycle_state=DRAFT&offset=${secret}`, "offset: expected a single whole number, in digits only"],
    [`contact_information_identifier=${secret}`, "contact_information_identifier: expected id=…"]
  ] as const) {
    it.effect(`"${query}" is refused with: ${description}`, () =>
      Effect.map(get(list, query), (response) => assertDescription(response, description))
    )
  }
})
