import {
  Communications,
  ContactInformationNotFound,
  createCommunication,
  Draft,
  InvalidToken,
  layerMemory,
  showHistory
} from "@communications/core"
import { freshId, freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { anEmail, given, onRequest, uuidOf } from "./Given.ts"

layer(layerMemory)("createCommunication", (it) => {
  it.effect("creates a draft at the current time, assigns its id and number, and records the caller", () =>
    Effect.gen(function* () {
      const { caller, token, contact } = yield* given
      yield* TestClock.adjust("1 hour")
      const created_at = yield* DateTime.now
      const contact_information_identifier = { id: contact.id.toLowerCase() }
      const request = { token, contact_information_identifier, ...anEmail, subject: "Engines" }
      const first = yield* onRequest(createCommunication(request))
      const { id, number } = first
      const members = { ...anEmail, subject: "Engines", content: null, viewed_on: null, contact_information: contact }
      assert.deepStrictEqual(first, Draft.make({ id, number, created_at, ...members }))
      assert.strictEqual(number, "1")
      const second = yield* createCommunication({ ...request, subject: null, content: "Dear Ada" })
      assert.deepStrictEqual([second.number, second.subject, second.content], ["2", null, "Dear Ada"])
      assert.notStrictEqual(second.id, id)
      assert.deepStrictEqual(yield* showHistory({ token, communication_identifier: { number } }), {
        communication: first,
        history: [{ from: null, to: "DRAFT", at: created_at, by: caller.user, request_id: "the request" }]
      })
      const contactAsUuid = { contact_information_identifier: { id: uuidOf(contact.id) } }
      const third = yield* createCommunication({ ...request, ...contactAsUuid })
      assert.deepStrictEqual(third.contact_information, contact)
    })
  )
  it.effect("checks the token before the contact, and stores nothing if it fails", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      for (const id of ["41", freshId(), (yield* given).contact.id]) {
        const request = { contact_information_identifier: { id }, ...anEmail }
        const unknown = yield* Effect.flip(createCommunication({ ...request, token: freshToken() }))
        assert.deepStrictEqual(unknown, new InvalidToken())
        const missing = yield* Effect.flip(createCommunication({ ...request, token }))
        assert.deepStrictEqual(missing, new ContactInformationNotFound({ id }))
      }
      const query = { life_cycle_state: "DRAFT", offset: 0, limit: 100 } as const
      assert.deepStrictEqual(yield* (yield* Communications).list(caller.organisation, query), [])
    })
  )
})
