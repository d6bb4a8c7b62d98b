import { Communications, toDetails } from "@communications/core"
import { aDraft, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, ask, assertOk, at, tell } from "./Methods.ts"

const show = "communications/show"
const list = "communications/list"
const hex32 = /^[0-9A-F]{32}$/
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/

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
