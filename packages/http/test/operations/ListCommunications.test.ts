import { toDetails } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "../Client.ts"
import { ApiInMemory, ask, assertOk, at, tell } from "../Methods.ts"
import { COMMUNICATION, CONTACT, refused, SHAPE, TOKEN } from "../Refused.ts"

const list = "communications/list"

layer(ApiInMemory, { excludeTestServices: true })("GET communications/list", (it) => {
  it.effect("list answers what is asked for, newest first, by offset and by what it is behind", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const numbers: Array<string> = []
      for (let count = 1; count <= 30; count++) {
        const media = count % 2 === 0 ? "SMS" : "PHONE"
        const contact_information_identifier = { id: draft.contact_information.id }
        const request = { token, contact_information_identifier, direction: "OUTGOING", media }
        yield* tell("communications/create", request)
        numbers.unshift(String(count))
        yield* Effect.sleep("2 millis")
      }
      const all = [...numbers, "41"]
      const listed = (query: Readonly<Record<string, string | number>>) =>
        Effect.map(ask(list, { life_cycle_state: "DRAFT", fields_set: "number", ...query, token }), (answer) => {
          assert.strictEqual(answer.status, 200, answer.text)
          const data = at(answer.json, "data")
          return Array.isArray(data) ? data.map((found) => at(found, "number")) : assert.fail(answer.text)
        })
      assert.deepStrictEqual(yield* listed({}), all.slice(0, 25))
      assert.deepStrictEqual(yield* listed({ number_of_results: 1 }), all.slice(0, 1))
      assert.deepStrictEqual(yield* listed({ number_of_results: 100 }), all)
      assert.deepStrictEqual(yield* listed({ offset: 28 }), all.slice(28))
      assert.deepStrictEqual(yield* listed({ offset: 999_999_999_999_999 }), [])
      assert.deepStrictEqual(yield* listed({ offset: "0007" }), all.slice(7, 32))
      assert.deepStrictEqual(yield* listed({ after: draft.id.toLowerCase() }), [])
      assert.deepStrictEqual(yield* listed({ media: "EMAIL" }), ["41"])
      assert.deepStrictEqual(yield* listed({ direction: "INCOMING" }), [])
      assert.deepStrictEqual(yield* listed({ contact_information_identifier: `id=${draft.contact_information.id}` }), [
        ...all.slice(0, 25)
      ])
      const behind = yield* ask(list, { token, life_cycle_state: "DRAFT", number_of_results: 1, fields_set: "id" })
      const [newest] = Object.values(at(behind.json, "data") ?? {})
      assert.deepStrictEqual(yield* listed({ after: String(at(newest, "id")), offset: 1 }), all.slice(2, 27))
    })
  )
  it.effect("list answers each communication whole, and an empty array where there is none", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const contact_information_identifier = `id=${draft.contact_information.id}`
      assertOk(yield* ask(list, { token, contact_information_identifier }), [toDetails(draft)])
      assertOk(yield* ask(list, { token, contact_information_identifier, life_cycle_state: "COMPLETED" }), [])
    })
  )
  it.effect("list: what no list can be given for, before the token", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const drafts = { life_cycle_state: "DRAFT" }
      for (const given of [token, undefined]) {
        for (const [query, about] of [
          [{}, /^contact_information_identifier: .*at least one of contact_information_identifier, life_cycle_state/],
          [{ direction: "INCOMING", media: "SMS" }, /^contact_information_identifier: /],
          [{ ...drafts, number_of_results: 0 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: 101 }, /^number_of_results: .*1 to 100/],
          [{ ...drafts, number_of_results: "abc" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "1e1" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: "" }, /^number_of_results: /],
          [{ ...drafts, number_of_results: " 1" }, /^number_of_results: /],
          [{ ...drafts, offset: -1 }, /^offset: /],
          [{ ...drafts, offset: "1.5" }, /^offset: /],
          [{ ...drafts, offset: "9".repeat(16) }, /^offset: /],
          [{ life_cycle_state: "draft" }, /^life_cycle_state: /],
          [{ life_cycle_state: "" }, /^life_cycle_state: /],
          [{ ...drafts, direction: "SIDEWAYS" }, /^direction: /],
          [{ ...drafts, media: "PIGEON" }, /^media: /],
          [{ ...drafts, contact_information_identifier: "number=41" }, /^contact_information_identifier: /],
          [{ ...drafts, contact_information_identifier: "" }, /^contact_information_identifier: /]
        ] as const) {
          refused(yield* ask(list, { ...query, token: given }), SHAPE, about)
        }
      }
    })
  )
  it.effect("list: what is named twice", () =>
    Effect.gen(function* () {
      const { token } = yield* given
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
        refused(yield* ask(list, `token=${token}&life_cycle_state=DRAFT&${twice}`), SHAPE, new RegExp(`^${name}`))
      }
    })
  )
  it.effect("list: the contact before what the list is behind, both after the token", () =>
    Effect.gen(function* () {
      const [{ token, draft }, theirs] = [yield* given, yield* given]
      const contact = `id=${draft.contact_information.id}`
      const drafts = { life_cycle_state: "DRAFT" }
      for (const after of [freshId(), theirs.draft.id, "41", ""]) {
        refused(yield* ask(list, { ...drafts, after }), TOKEN)
        refused(yield* ask(list, { ...drafts, token, after }), COMMUNICATION)
        refused(yield* ask(list, { token, contact_information_identifier: contact, after }), COMMUNICATION)
      }
      for (const id of [freshId(), theirs.draft.contact_information.id, "41", ""]) {
        const contact_information_identifier = `id=${id}`
        refused(yield* ask(list, { contact_information_identifier, after: freshId() }), TOKEN)
        refused(yield* ask(list, { token, contact_information_identifier, after: freshId() }), CONTACT)
      }
    })
  )
})
