import { type CommunicationData, toData, toDetails } from "@communications/core"
import { aDraft, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given, post } from "../Client.ts"
import { ApiInMemory, ask, assertOk, tell } from "../Methods.ts"
import { refused, SHAPE } from "../Refused.ts"

const list = "communications/list"
const ok = (data: unknown) => JSON.stringify({ status: { code: "OK", message: null, description: null }, data })

layer(ApiInMemory, { excludeTestServices: true })("POST communications/complete", (it) => {
  const completing = (fields_set: unknown, expected: (data: CommunicationData) => unknown) =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { status, headers, text } = yield* post({ token, communication_identifier: { number: "41" }, fields_set })
      const data: CommunicationData = { ...toData(draft), life_cycle_state: "COMPLETED" }
      assert.strictEqual(text, ok(expected(data)))
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "application/json")
    })

  for (const all of [undefined, null, "", "   ", []]) {
    it.effect(`fields_set ${JSON.stringify(all)}: every documented member, in the documented order`, () =>
      completing(all, (data) => data)
    )
  }
  it.effect("the documented members of a communication are these", () =>
    completing(undefined, (data) => {
      const { contact_information: contact } = data
      assert.deepStrictEqual(Object.keys(data), [
        ...["id", "number", "life_cycle_state", "subject", "viewed", "viewed_on", "contact_information"]
      ])
      assert.deepStrictEqual(Object.keys(contact), [
        ...["id", "type", "life_cycle_state", "name", "first_name", "middle_name", "last_name", "title"],
        ...["company_name", "demographics", "company_profile"]
      ])
      assert.deepStrictEqual(Object.keys(contact.demographics ?? {}), [
        ...["gender", "id_number", "id_number_expiration_date", "passport_number", "passport_number_expiration_date"],
        ...["social_security_number", "date_of_birth", "name_day", "country_of_residence", "id_issued_by_country"],
        ...["passport_issued_by_country", "industry", "industry_sector"]
      ])
      return data
    })
  )
  for (const some of ["number,id", " number , id ", "id,number,id", ["number", "id"], [" id", "number "]]) {
    it.effect(`fields_set ${JSON.stringify(some)}: what is named, in the documented order`, () =>
      completing(some, ({ id, number }) => ({ id, number }))
    )
  }
  it.effect("fields_set goes deeper with a dot", () =>
    completing("contact_information.demographics.gender,contact_information.name", ({ contact_information }) => ({
      contact_information: { name: contact_information.name, demographics: { gender: null } }
    }))
  )
  it.effect("the token may come as a bearer, or in both places if it is the same", () =>
    Effect.gen(function* () {
      for (const inBody of [true, false]) {
        const { token } = yield* given
        const body = { communication_identifier: { number: "41" }, ...(inBody ? { token } : {}) }
        for (const [scheme, status] of [
          ["Bearer", 200],
          ["bearer", 409]
        ] as const) {
          assert.strictEqual((yield* post(body, { authorization: `${scheme} ${token}` })).status, status)
        }
      }
    })
  )
  it.effect("the id may be written in either case", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const identifier = { id: draft.id.toLowerCase(), number: null }
      assert.strictEqual((yield* post({ token, communication_identifier: identifier })).status, 200)
    })
  )
  it.effect("members that a newer client sends beside the documented ones are ignored", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const body = { token, communication_identifier: { number: "41" }, newer: { than: "us" } }
      assert.strictEqual((yield* post(body)).status, 200)
    })
  )
  it.effect("complete answers neither direction, media nor content; the others do afterwards", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { direction, media, content, ...data } = { ...toDetails(draft), life_cycle_state: "COMPLETED" }
      assertOk(yield* tell("communications/complete", { token, communication_identifier: { number: "41" } }), data)
      assertOk(yield* ask(list, { token, life_cycle_state: "COMPLETED" }), [{ ...data, direction, media, content }])
    })
  )
  it.effect("complete: what is no draft any more, after everything else", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* given
      yield* store(caller.organisation, aDraft("7"))
      const body = { communication_identifier: { number: "7" }, token }
      assert.strictEqual((yield* tell("communications/complete", body)).status, 200)
      refused(yield* tell("communications/complete", body), [409, "NOT_DRAFT"], /7 is COMPLETED/)
      refused(yield* tell("communications/complete", { ...body, fields_set: "media" }), SHAPE, /^fields_set: /)
    })
  )
})
