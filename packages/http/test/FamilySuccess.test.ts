import { Communications, noCompanyProfile, noDemographics, toDetails } from "@communications/core"
import { aDraft, freshId, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import { Api, given, Memory } from "./Client.ts"
import { account, ask, assertOk, at, call, codeOf, methods, tell } from "./Methods.ts"

const show = "communications/show"
const list = "communications/list"
const hex32 = /^[0-9A-F]{32}$/
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/
const ApiInMemory = Layer.provideMerge(Api, Memory)

layer(ApiInMemory, { excludeTestServices: true })("sessions over HTTP", (it) => {
  it.effect("a token is given to who knows the password, and released at once, everywhere", () =>
    Effect.gen(function* () {
      const { credentials } = yield* account
      for (const more of [{}, { unit: null }, { unit: "Unit 1", newer: { than: "us" } }]) {
        const answer = yield* tell("authentication/token", { ...credentials, ...more })
        const token = String(at(answer.json, "data", "token"))
        assert.match(token, hex32)
        assertOk(answer, { token })
        const named = { communication: { number: "41" }, contact: freshId() }
        const answers = (token: string) =>
          Effect.forEach(methods, (method) => call(method, { ...method.parameters(named), token }))
        for (const { status } of yield* answers(token)) assert.notStrictEqual(status, 401)
        assertOk(yield* tell("authentication/token/release", { token }), {})
        for (const answer of [...(yield* answers(token)), yield* tell("authentication/token/release", { token })]) {
          assert.deepStrictEqual(codeOf(answer), [401, "INVALID_TOKEN"])
        }
      }
    })
  )
  it.effect("a token that comes as a bearer is released", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      assertOk(yield* tell("authentication/token/release", {}, { authorization: `Bearer ${token}` }), {})
      assert.deepStrictEqual(codeOf(yield* ask(list, { token, life_cycle_state: "DRAFT" })), [401, "INVALID_TOKEN"])
    })
  )
})

layer(ApiInMemory, { excludeTestServices: true })("communications over HTTP", (it) => {
  it.effect("create answers the new draft, whole", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const request = {
        ...{ token, contact_information_identifier: { id: draft.contact_information.id.toLowerCase() } },
        ...{ direction: "INCOMING", media: "FACE_TO_FACE", subject: "Ünïcode ☃", content: "Dear Ada" }
      }
      const created = yield* tell("communications/create", request)
      const id = at(created.json, "data", "id")
      assert.match(String(id), hex32)
      const data = {
        ...{ id, number: "1", life_cycle_state: "DRAFT", subject: "Ünïcode ☃", viewed: false, viewed_on: null },
        contact_information: draft.contact_information,
        ...{ direction: "INCOMING", media: "FACE_TO_FACE", content: "Dear Ada" }
      }
      assertOk(created, data)
      assertOk(yield* ask(show, { token, communication_identifier: `id=${id}` }), data)
      const fewer = { ...request, subject: null, content: undefined, fields_set: "content,number,subject" }
      assertOk(yield* tell("communications/create", fewer), { number: "2", subject: null, content: null })
    })
  )
  it.effect("show answers every member but the history, which is to be asked for", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const asked = { token, communication_identifier: "number=41" }
      assertOk(yield* ask(show, asked), toDetails(draft))
      assertOk(yield* ask(show, { ...asked, fields_set: "" }), toDetails(draft))
      assertOk(yield* ask(show, { ...asked, fields_set: "media,id" }), { id: draft.id, media: "EMAIL" })
      const { media, number, subject } = draft
      const repeated = "fields_set=media&fields_set=number&fields_set=subject"
      const query = `token=${token}&communication_identifier=number=41&${repeated}`
      assertOk(yield* ask(show, query), { number, subject, media })
    })
  )
  it.effect("the history tells who did what, on which request", () =>
    Effect.gen(function* () {
      const { token, draft, caller } = yield* given
      const headers = { "x-request-id": "request-1" }
      yield* tell("communications/complete", { token, communication_identifier: { number: "41" } }, headers)
      yield* tell("communications/view", { token, communication_identifier: { number: "41" } }, headers)
      const asked = { token, communication_identifier: `id=${draft.id}`, fields_set: "number,history" }
      const answer = yield* ask(show, asked)
      const [creation, completion] = yield* (yield* Communications).history(caller.organisation, draft.id)
      const at = String(DateTime.formatIso(completion?.at ?? DateTime.nowUnsafe())).slice(0, 19)
      assertOk(answer, {
        number: "41",
        history: [
          {
            ...{ from: null, to: "DRAFT", at: "2026-01-31T12:00:00", by: creation?.by },
            request_id: creation?.request_id
          },
          { from: "DRAFT", to: "COMPLETED", at, by: caller.user, request_id: "request-1" }
        ]
      })
      assertOk(yield* ask(show, { ...asked, fields_set: "history.to" }), {
        history: [{ to: "DRAFT" }, { to: "COMPLETED" }]
      })
    })
  )
  it.effect("a number may have any characters, encoded or not", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* given
      for (const number of ["4=1", "=", "number=41", "a&b", "50% ☃ π", "id=41", "+", "a b", '"', "[0]", "#1", "%3D"]) {
        yield* store(caller.organisation, aDraft(number))
        const asked = { token, communication_identifier: `number=${number}`, fields_set: "number" }
        assertOk(yield* ask(show, asked), { number })
      }
      const raw = `token=${token}&fields_set=number&communication_identifier=number=4=1`
      assertOk(yield* ask(show, raw), { number: "4=1" })
      const plus = `token=${token}&fields_set=number&communication_identifier=number=a+b`
      assertOk(yield* ask(show, plus), { number: "a b" })
    })
  )
  it.effect("view answers every member; again, the same", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const viewing = tell("communications/view", { token, communication_identifier: { id: draft.id, number: null } })
      const viewed = yield* viewing
      const viewed_on = at(viewed.json, "data", "viewed_on")
      assert.match(String(viewed_on), moment)
      const data = { ...toDetails(draft), viewed: true, viewed_on }
      assertOk(viewed, data)
      assertOk(yield* viewing, data)
      const asked = { token, communication_identifier: { number: "41" }, fields_set: ["viewed"] }
      assertOk(yield* tell("communications/view", asked), { viewed: true })
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
})

layer(ApiInMemory, { excludeTestServices: true })("contact information over HTTP", (it) => {
  const create = "contact_information/create"
  const flag = { id: "9", file: { file_name: "cy.png", file_content_url: "https://x/cy.png", file_mime_type: null } }
  const cyprus = {
    ...{ id: "127", name: "Cyprus", alternative_code: null, dialing_code: "357" },
    ...{ two_character_code: "CY", three_character_code: "CYP", country_flag: flag }
  }
  const it_industry = { id: "3", name: "IT", code: null }
  const created = (described: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>) =>
    Effect.gen(function* () {
      const { token } = yield* given
      const answer = yield* tell(create, { ...described, token })
      const id = at(answer.json, "data", "id")
      assert.match(String(id), hex32)
      assertOk(answer, { id, ...expected })
      assertOk(yield* ask("contact_information/show", { token, contact_information_identifier: `id=${id}` }), {
        id,
        ...expected
      })
      const fields = { token, contact_information_identifier: `id=${String(id).toLowerCase()}`, fields_set: "name,id" }
      assertOk(yield* ask("contact_information/show", fields), { id, name: expected.name })
    })
  it.effect("a person of whom little is said", () =>
    created(
      { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" },
      {
        ...{ type: "PERSON", life_cycle_state: "MARKETING", name: "Ada Lovelace", first_name: "Ada" },
        ...{ middle_name: null, last_name: "Lovelace", title: null, company_name: null },
        ...{ demographics: noDemographics, company_profile: null }
      }
    )
  )
  it.effect("a person of whom everything is said, in any order", () => {
    const demographics = {
      ...{ gender: "FEMALE", id_number: "1", id_number_expiration_date: "2030-01-31", passport_number: "P" },
      ...{ passport_number_expiration_date: "2028-02-29", social_security_number: "S" },
      ...{ date_of_birth: { day: 10, month: 12, year: 1815 }, name_day: { day: 29, month: 2 } },
      ...{ country_of_residence: cyprus, id_issued_by_country: cyprus, passport_issued_by_country: cyprus },
      ...{ industry: it_industry, industry_sector: { id: "4", name: null, alternative_code: "A" } }
    }
    const person = {
      ...{ type: "PERSON", life_cycle_state: "FINANCIAL", name: "The Countess", first_name: "Ada" },
      ...{ middle_name: "King", last_name: "Lovelace", title: "Countess", company_name: "Engines" },
      ...{ demographics, company_profile: null }
    }
    const shuffled = Object.fromEntries(Object.entries(person).reverse())
    return created({ ...shuffled, id: freshId(), newer: 1 }, person)
  })
  it.effect("a company of which little is said", () =>
    created(
      { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" },
      {
        ...{ type: "COMPANY", life_cycle_state: "FINANCIAL", name: "Engines", first_name: null, middle_name: null },
        ...{ last_name: null, title: null, company_name: "Engines" },
        ...{ demographics: null, company_profile: noCompanyProfile }
      }
    )
  )
  it.effect("a company of which everything is said", () => {
    const company_profile = {
      ...{ profile_year: 2026, annual_turnover: 1.5, established_date: "1843-01-01", number_of_employees: 0 },
      ...{ registration_number: "R", vat_registration_number: "V", vat_registered_by: "B" },
      ...{ vat_registration_date: "1844-02-29", tax_reference_number: "T", country_of_residence: cyprus },
      ...{ industry: it_industry, industry_sector: { id: "4", name: "Sector", alternative_code: null } }
    }
    const company = {
      ...{ type: "COMPANY", life_cycle_state: "MARKETING", name: "Engines", first_name: "Charles" },
      ...{ middle_name: "C", last_name: "Babbage", title: "Mr", company_name: "Engines Ltd" },
      ...{ demographics: null, company_profile }
    }
    return created(company, company)
  })
  it.effect("fields_set of create decides what is returned", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" }
      const fields_set = "company_profile.industry,name"
      assertOk(yield* tell(create, { ...company, token, fields_set }), {
        ...{ name: "Engines", company_profile: { industry: null } }
      })
    })
  )
})

layer(ApiInMemory, { excludeTestServices: true })("every method over HTTP", (it) => {
  for (const method of methods) {
    it.effect(`${method.path}: the token may come as a bearer, and unknown parameters are ignored`, () =>
      Effect.gen(function* () {
        const { token, draft } = yield* given
        const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
        const parameters = { ...method.parameters(named), newer: "than us" }
        const headers = { authorization: `Bearer ${token}` }
        assert.deepStrictEqual(codeOf(yield* call(method, parameters, headers)), [200, "OK"])
        const both = yield* call(method, { ...parameters, token }, headers)
        assert.deepStrictEqual(codeOf(both), method.path.endsWith("complete") ? [409, "NOT_DRAFT"] : [200, "OK"])
      })
    )
    if (method.verb === "GET") {
      it.effect(`${method.path}: HEAD is GET without a body`, () =>
        Effect.gen(function* () {
          const { token, draft } = yield* given
          const named = { communication: { id: draft.id }, contact: draft.contact_information.id }
          const [name, identifier] = Object.entries(method.parameters(named))[0] ?? assert.fail("no parameters")
          for (const query of [{ token, [name]: `id=${Object.values(identifier ?? {})[0]}` }, { token }, {}]) {
            const [head, get] = [yield* ask(method.path, query, {}, "HEAD"), yield* ask(method.path, query)]
            assert.deepStrictEqual([head.status, head.text], [get.status, ""])
            assert.strictEqual(head.headers["content-type"], get.headers["content-type"])
          }
        })
      )
    }
  }
})
