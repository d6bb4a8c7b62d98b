import {
  CommunicationNotFound,
  Communications,
  ContactInformationNotFound,
  ContactInformations,
  createCommunication,
  InvalidQuery,
  InvalidToken,
  layerMemory,
  listCommunications,
  operations,
  type QueryInput
} from "@communications/core"
import { aDraft, freshId, freshToken, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { anEmail, given, uuidOf } from "./Given.ts"

const list = operations[3]

layer(layerMemory)("listCommunications", (it) => {
  it.effect("returns the newest 25, or the page that number_of_results, offset and after select", () =>
    Effect.gen(function* () {
      const { token, contact, contact_information_identifier } = yield* given
      const created: Array<string> = []
      for (let count = 0; count < 30; count++) {
        yield* TestClock.adjust("1 millis")
        created.unshift((yield* createCommunication({ token, contact_information_identifier, ...anEmail })).id)
      }
      const list = (query: QueryInput) =>
        Effect.map(listCommunications({ life_cycle_state: "DRAFT", ...query, token }), ({ communications }) =>
          communications.map(({ id }) => String(id))
        )
      assert.deepStrictEqual(yield* list({}), created.slice(0, 25))
      assert.deepStrictEqual(yield* list({ number_of_results: 100 }), created)
      assert.deepStrictEqual(yield* list({ number_of_results: 3, offset: 28 }), created.slice(28))
      assert.deepStrictEqual(yield* list({ after: created[20]?.toLowerCase(), offset: 2 }), created.slice(23))
      assert.deepStrictEqual(yield* list({ after: uuidOf(created[20] ?? "") }), created.slice(21))
      assert.deepStrictEqual(yield* list({ after: created[29] }), [])
      assert.deepStrictEqual(yield* list({ life_cycle_state: "COMPLETED" }), [])
      for (const id of [contact.id, contact.id.toLowerCase(), uuidOf(contact.id)]) {
        assert.deepStrictEqual(yield* list({ contact_information_identifier: { id } }), created.slice(0, 25))
      }
      assert.deepStrictEqual(yield* list({ direction: "INCOMING" }), [])
    })
  )
  it.effect("returns the after of the next page, except on the last page", () =>
    Effect.gen(function* () {
      const { token, contact_information_identifier } = yield* given
      for (let count = 0; count < 4; count++) {
        yield* TestClock.adjust("1 millis")
        yield* createCommunication({ token, contact_information_identifier, ...anEmail })
      }
      const pages = (number_of_results: number) =>
        Effect.gen(function* () {
          const sizes: Array<number> = []
          for (let after: string | undefined; ; ) {
            const query = { life_cycle_state: "DRAFT", number_of_results, after, token } as const
            const { communications, nextAfter } = yield* listCommunications(query)
            sizes.push(communications.length)
            if (nextAfter === undefined) return sizes
            assert.strictEqual(nextAfter, communications.at(-1)?.id)
            after = nextAfter
          }
        })
      assert.deepStrictEqual(yield* pages(3), [3, 1])
      assert.deepStrictEqual(yield* pages(2), [2, 2])
      assert.deepStrictEqual(yield* pages(4), [4])
    })
  )
  it.effect("reads the content only if it is requested, and the contact and the after only if the list is empty", () =>
    Effect.gen(function* () {
      const { token, contact_information_identifier } = yield* given
      yield* createCommunication({ token, contact_information_identifier, ...anEmail, content: "It is on its way." })
      const { communications } = yield* listCommunications({ token, life_cycle_state: "DRAFT" })
      assert.strictEqual(communications[0]?.content, "It is on its way.")
      const [port, queries] = [yield* Communications, Array.of<boolean | undefined>()]
      const listed = Effect.fnUntraced(function* (fields_set: string) {
        const { value } = yield* list.call({ token }, { contact_information_identifier, fields_set })
        return value
      })
      const values = yield* Effect.all([listed("content"), listed("number")]).pipe(
        Effect.provideService(Communications, {
          ...port,
          list: (organisation, query) => {
            queries.push(query.omitsContent)
            return port.list(organisation, query)
          }
        }),
        Effect.provideService(ContactInformations, {
          ...(yield* ContactInformations),
          find: () => Effect.die("needless")
        })
      )
      assert.deepStrictEqual(values, [[{ content: "It is on its way." }], [{ number: "1" }]])
      assert.deepStrictEqual(queries, [false, true])
    })
  )
  it.effect("checks in the documented order: query, token, contact, after", () =>
    Effect.gen(function* () {
      const [{ token, contact }, theirs] = [yield* given, yield* given]
      const draft = aDraft()
      yield* store(theirs.caller.organisation, draft)
      const error = (request: Parameters<typeof listCommunications>[0]) => Effect.flip(listCommunications(request))
      const [missing, after] = [freshId(), freshId()]
      const unknown = { contact_information_identifier: { id: missing }, after, token: freshToken() }
      assert.instanceOf(yield* error({ ...unknown, offset: -1 }), InvalidQuery)
      assert.deepStrictEqual(yield* error(unknown), new InvalidToken())
      for (const id of [missing, theirs.contact.id, "41"]) {
        for (const start of [undefined, after]) {
          const expected = new ContactInformationNotFound({ id })
          assert.deepStrictEqual(
            yield* error({ contact_information_identifier: { id }, after: start, token }),
            expected
          )
        }
      }
      for (const id of [after, draft.id, "41"]) {
        for (const contact_information_identifier of [undefined, { id: contact.id }]) {
          const expected = new CommunicationNotFound({ identifier: { id } })
          const request = { life_cycle_state: "DRAFT", contact_information_identifier, after: id, token } as const
          assert.deepStrictEqual(yield* error(request), expected)
        }
      }
    })
  )
})
