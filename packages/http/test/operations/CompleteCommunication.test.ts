import { type CommunicationData, toData, toDetails } from "@communications/core"
import { aDraft, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { complete, setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, get, post } from "../Operations.ts"
import { AMBIGUOUS, COMMUNICATION, NOT_DRAFT, refused, SHAPE, STALE_VERSION, TOKEN } from "../Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("communications/complete", (it) => {
  const completing = (fields_set: unknown, expected: (data: CommunicationData) => unknown) =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const response = yield* complete({ token, communication_identifier: { number: "41" }, fields_set })
      const data: CommunicationData = { ...toData(draft), life_cycle_state: "COMPLETED" }
      assertOk(response, expected(data))
    })

  for (const all of [undefined, null, "", "   ", ",", []]) {
    it.effect(`fields_set ${JSON.stringify(all)}: returns every documented member, in the documented order`, () =>
      completing(all, (data) => data)
    )
  }
  it.effect("returns the documented members of the communication, contact and demographics", () =>
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
  for (const some of [
    "number,id",
    "number,,id,",
    " number , id ",
    "id,number,id",
    ["number", "id"],
    [" id", "number "]
  ]) {
    it.effect(`fields_set ${JSON.stringify(some)}: returns the named members, in the documented order`, () =>
      completing(some, ({ id, number }) => ({ id, number }))
    )
  }
  it.effect("fields_set names nested members with dots", () =>
    completing("contact_information.demographics.gender,contact_information.name", ({ contact_information }) => ({
      contact_information: { name: contact_information.name, demographics: { gender: null } }
    }))
  )
  it.effect("returns only the documented members unless fields_set names others, as list returns them", () =>
    Effect.gen(function* () {
      const { token, caller, draft } = yield* setup
      const data = { ...toData(draft), life_cycle_state: "COMPLETED" }
      assertOk(yield* complete({ token, communication_identifier: { number: "41" } }), data)
      const listed = yield* get("communications/list", { token, life_cycle_state: "COMPLETED" })
      const completed_at = at(listed.json, "data", "0", "completed_at")
      assert.match(String(completed_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const added = { completed_at, completed_by: caller.user }
      assertOk(listed, [{ ...toDetails(draft), ...data, ...added }])
      yield* store(caller.organisation, aDraft("7"))
      const named = { communication_identifier: { number: "7" }, fields_set: "completed_by,number" }
      assertOk(yield* complete({ token, ...named }), { number: "7", completed_by: caller.user })
    })
  )
  it.effect("accepts a bearer token, with or without the same token in the body", () =>
    Effect.gen(function* () {
      for (const inBody of [true, false]) {
        const { token } = yield* setup
        const body = { communication_identifier: { number: "41" }, ...(inBody ? { token } : {}) }
        for (const [scheme, status] of [
          ["Bearer", 200],
          ["bearer", 409],
          ["BEARER \t", 409]
        ] as const) {
          assert.strictEqual((yield* complete(body, { authorization: `${scheme} ${token}` })).status, status)
        }
      }
    })
  )
  it.effect("accepts an id in lower case", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const identifier = { id: draft.id.toLowerCase(), number: null }
      assert.strictEqual((yield* complete({ token, communication_identifier: identifier })).status, 200)
    })
  )
  it.effect("ignores unknown members of the body", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const body = { token, communication_identifier: { number: "41" }, newer: { than: "us" } }
      assert.strictEqual((yield* complete(body)).status, 200)
    })
  )
  it.effect("NOT_DRAFT says when, by whom and in which request the communication was completed", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* setup
      const body = { token, communication_identifier: { number: "41" } }
      const completed = yield* complete({ ...body, fields_set: "completed_at" }, { "x-request-id": "mine.1" })
      const completed_at = String(at(completed.json, "data", "completed_at"))
      const refusal = yield* complete(body, { "x-request-id": "second" })
      const sentence = `communication 41 is COMPLETED, not DRAFT: user ${caller.user} completed it at ${completed_at} in request mine.1`
      refused(refusal, NOT_DRAFT, new RegExp(`^${sentence}$`))
      assert.deepStrictEqual(at(refusal.json, "details"), {
        ...{ life_cycle_state: "COMPLETED", completed_at, completed_by: caller.user, request_id: "mine.1" }
      })
    })
  )
  it.effect("answers the version as ETag, and completes only a version that If-Match names", () =>
    Effect.gen(function* () {
      const { token, draft, caller } = yield* setup
      const body = { token, communication_identifier: { number: "41" } }
      const show = { token, communication_identifier: "number=41", fields_set: "number" }
      const shown = yield* get("communications/show", show)
      assert.strictEqual(shown.headers.etag, '"1"')
      yield* post("communications/view", body)
      assert.strictEqual((yield* get("communications/show", show)).headers.etag, '"1"')
      assert.strictEqual((yield* get("communications/show", { ...show, fields_set: "history" })).headers.etag, '"1"')
      const others = ['"2"', 'W/"1"', '"01"', '"one"', '""', '"2", "3", W/"1"', ',"2" , ,"99999999999"', '"1,"']
      for (const other of others) {
        const stale = yield* complete(body, { "if-match": other })
        refused(stale, STALE_VERSION, /^communication 41 has version 1/)
        assert.strictEqual(stale.headers.etag, '"1"')
      }
      for (const malformed of ["1", "", '"1', "W/1", '"1""2"', '"1" "2"', '*, "1"', "w/", '"1" x', ",", "'1'"]) {
        refused(yield* complete(body, { "if-match": malformed }), SHAPE, /^If-Match: expected /)
      }
      assert.strictEqual(
        at((yield* get("communications/list", { token, life_cycle_state: "DRAFT" })).json, "data", "0", "id"),
        draft.id
      )
      const completed = yield* complete(body, { "if-match": '"7", "1"' })
      assert.deepStrictEqual([completed.status, completed.headers.etag], [200, '"2"'])
      const again = yield* complete(body, { "if-match": '"1"' })
      refused(again, STALE_VERSION, /has version 2/)
      assert.strictEqual(again.headers.etag, '"2"')
      for (const present of ['"2"', "*", " * "]) refused(yield* complete(body, { "if-match": present }), NOT_DRAFT)
      yield* store(caller.organisation, aDraft("7"))
      const seven = { token, communication_identifier: { number: "7" } }
      assert.strictEqual((yield* complete(seven, { "if-match": "*" })).headers.etag, '"2"')
    })
  )
  it.effect("checks If-Match after existence, and its form with the shape of the request", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const missing = { communication_identifier: { number: "42" } }
      refused(yield* complete({ token, ...missing }, { "if-match": '"9"' }), COMMUNICATION)
      refused(yield* complete(missing, { "if-match": '"9"' }), TOKEN)
      refused(yield* complete(missing, { "if-match": "9" }), SHAPE)
    })
  )
  it.effect("checks the state last", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* setup
      yield* store(caller.organisation, aDraft("7"))
      const body = { communication_identifier: { number: "7" }, token }
      assert.strictEqual((yield* complete(body)).status, 200)
      refused(yield* complete(body), NOT_DRAFT, /7 is COMPLETED/)
      refused(yield* complete({ ...body, fields_set: "history" }), SHAPE, /^fields_set: .*communications\/show/)
    })
  )
  it.effect("reports the first error in the order shape, token, identifier, existence, state", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      yield* complete({ token, communication_identifier: { number: "41" } })
      const identifiers = [
        [{ number: "41" }, NOT_DRAFT, /41 is COMPLETED/],
        [{ number: "42" }, COMMUNICATION, /number "42"/],
        [{ id: "41" }, COMMUNICATION, /id "41"/],
        [{}, AMBIGUOUS, /neither/],
        [{ id: null, number: null }, AMBIGUOUS, /neither/],
        [{ id: "A", number: "41" }, AMBIGUOUS, /both/],
        [{ number: 41 }, SHAPE, /^communication_identifier\.number: /],
        [{ numbers: "41" }, SHAPE, /^communication_identifier\.numbers: /],
        [null, SHAPE, /^communication_identifier: /],
        ["41", SHAPE, /^communication_identifier: /],
        [undefined, SHAPE, /^communication_identifier: /]
      ] as const
      const tokens = [[token], ["0".repeat(32)], ["x"], [""], [null], [undefined], [7, SHAPE]] as const
      const fields = [["id"], [undefined], ["nope", SHAPE], [5, SHAPE], [{ id: true }, SHAPE], [[1], SHAPE]] as const
      for (const [communication_identifier, expected, about] of identifiers) {
        for (const [sentToken, wrongToken] of tokens) {
          for (const [fields_set, wrongFields] of fields) {
            const shape = wrongToken ?? wrongFields ?? (expected === SHAPE ? SHAPE : undefined)
            const response = yield* complete({ token: sentToken, communication_identifier, fields_set })
            if (shape) refused(response, shape)
            else if (sentToken !== token) refused(response, TOKEN)
            else refused(response, expected, about)
          }
        }
      }
    })
  )
  it.effect("every invalid token gets the same response and challenge", () =>
    Effect.gen(function* () {
      const [{ token }, other] = [yield* setup, yield* setup]
      const body = { communication_identifier: { number: "41" } }
      const responses = [
        yield* complete(body),
        yield* complete({ ...body, token: null }),
        yield* complete({ ...body, token: token.toLowerCase() }),
        yield* complete({ ...body, token: "0".repeat(32) }),
        yield* complete({ ...body, token }, { authorization: `Bearer ${other.token}` }),
        yield* complete({ ...body, token: "" }, { authorization: `Bearer ${token}` }),
        yield* complete(body, { authorization: `Basic ${token}` }),
        yield* complete(body, { authorization: "Bearer" }),
        yield* complete(body, { authorization: `Bearer${token}` }),
        yield* complete(body, { authorization: `XBearer ${token}` })
      ]
      for (const response of responses) {
        refused(response, TOKEN)
        assert.strictEqual(response.text, responses[0]?.text)
        assert.strictEqual(response.headers["www-authenticate"], 'Bearer error="invalid_token"')
      }
      assert.strictEqual((yield* complete({ ...body, token })).status, 200)
    })
  )
  it.effect("names an unknown member of the identifier", () =>
    Effect.map(complete({ communication_identifier: { numbers: "41" } }), (response) =>
      refused(response, SHAPE, /^communication_identifier\.numbers: no member has this name$/)
    )
  )
  it.effect.prop("no text as token, number or id causes an internal error", { text: Schema.String }, ({ text }) =>
    Effect.gen(function* () {
      const { token } = yield* setup
      refused(yield* complete({ token: text, communication_identifier: { number: text } }), TOKEN)
      for (const identifier of [{ number: text }, { id: text }]) {
        const { status } = yield* complete({ token, communication_identifier: identifier })
        assert.oneOf(status, [200, 404, 409])
      }
    })
  )
})
