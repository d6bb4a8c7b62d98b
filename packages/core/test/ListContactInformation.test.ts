import {
  ContactInformationNotFound,
  type ContactInformationQueryInput,
  ContactInformations,
  InvalidQuery,
  InvalidToken,
  layerMemory,
  listContactInformation
} from "@communications/core"
import { aCompany, aPerson, freshId, freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, uuidOf } from "./Given.ts"

layer(layerMemory)("listContactInformation", (it) => {
  it.effect("returns the newest 25, or the page that name, type, number_of_results and after select", () =>
    Effect.gen(function* () {
      const { caller, token, contact } = yield* given
      const contacts = yield* ContactInformations
      const created = [contact.id]
      for (let count = 0; count < 30; count++) {
        const added = { ...(count % 10 === 0 ? aCompany() : aPerson()), name: `Zoë ${count}` }
        yield* contacts.add(caller.organisation, added)
        created.unshift(added.id)
      }
      const list = (query: ContactInformationQueryInput) =>
        Effect.map(listContactInformation({ ...query, token }), ({ contact_information, nextAfter }) => {
          assert.isTrue(nextAfter === undefined || nextAfter === contact_information.at(-1)?.id)
          return { ids: contact_information.map(({ id }) => id), isLast: nextAfter === undefined }
        })
      assert.deepStrictEqual(yield* list({}), { ids: created.slice(0, 25), isLast: false })
      assert.deepStrictEqual(yield* list({ number_of_results: 100 }), { ids: created, isLast: true })
      assert.deepStrictEqual(yield* list({ number_of_results: 31 }), { ids: created, isLast: true })
      const [newest = ""] = created
      for (const after of [newest, newest.toLowerCase(), uuidOf(newest)]) {
        const page = { ids: created.slice(1, 3), isLast: false }
        assert.deepStrictEqual(yield* list({ after, number_of_results: 2 }), page)
      }
      const withoutFind = {
        ...contacts,
        find: () => Effect.die("a contact was looked up, though the list is not empty")
      }
      yield* Effect.provideService(list({ after: newest }), ContactInformations, withoutFind)
      assert.deepStrictEqual(yield* list({ after: contact.id }), { ids: [], isLast: true })
      assert.deepStrictEqual((yield* list({ type: "COMPANY" })).ids.length, 3)
      assert.deepStrictEqual((yield* list({ name: "ZOE 2" })).ids, [...created.slice(0, 10), ...created.slice(27, 28)])
      assert.deepStrictEqual(yield* list({ name: "nobody" }), { ids: [], isLast: true })
    })
  )
  it.effect("checks in the documented order: number_of_results, token, after", () =>
    Effect.gen(function* () {
      const [{ token }, theirs] = [yield* given, yield* given]
      const error = (request: Parameters<typeof listContactInformation>[0]) =>
        Effect.flip(listContactInformation(request))
      const unknown = { after: freshId(), token: freshToken() }
      for (const number_of_results of [0, 101, 1.5]) {
        assert.instanceOf(yield* error({ ...unknown, number_of_results }), InvalidQuery)
      }
      assert.deepStrictEqual(yield* error(unknown), new InvalidToken())
      for (const after of [freshId(), theirs.contact.id, "41"]) {
        assert.deepStrictEqual(yield* error({ after, token }), new ContactInformationNotFound({ id: after }))
      }
    })
  )
})
