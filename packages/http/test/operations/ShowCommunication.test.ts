import { Accounts, Communications, Name, toDetails } from "@communications/core"
import { aDraft, freshId, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Redacted } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, get, post } from "../Operations.ts"
import { AMBIGUOUS, assertDescription, COMMUNICATION, refused, SHAPE, secret, TOKEN } from "../Refused.ts"

const show = "communications/show"

layer(ApiInMemory, { excludeTestServices: true })("communications/show", (it) => {
  it.effect("returns every member except the history, or those in fields_set", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const query = { token, communication_identifier: "number=41" }
      assertOk(yield* get(show, query), toDetails(draft))
      assertOk(yield* get(show, { ...query, fields_set: "" }), toDetails(draft))
      assertOk(yield* get(show, { ...query, fields_set: "media,id" }), { id: draft.id, media: "EMAIL" })
      const { media, number, subject } = draft
      const names = "fields_set=media&fields_set=number&fields_set=subject"
      const repeated = `token=${token}&communication_identifier=number=41&${names}`
      assertOk(yield* get(show, repeated), { number, subject, media })
    })
  )
  it.effect("each entry of the history has its user, the username if the user exists, and the request id", () =>
    Effect.gen(function* () {
      const { token, draft, caller } = yield* setup
      const accounts = yield* Accounts
      yield* accounts.addOrganisation(caller.organisation, Name.make(freshId()))
      yield* accounts.addUser(caller, Name.make("demo"), Redacted.make("secret"))
      const headers = { "x-request-id": "request-1" }
      yield* post("communications/complete", { token, communication_identifier: { number: "41" } }, headers)
      yield* post("communications/view", { token, communication_identifier: { number: "41" } }, headers)
      const query = { token, communication_identifier: `id=${draft.id}`, fields_set: "number,history" }
      const response = yield* get(show, query)
      const [creation, completion] = yield* (yield* Communications).history(caller.organisation, draft.id)
      const at = String(DateTime.formatIso(completion?.at ?? DateTime.nowUnsafe())).slice(0, 19)
      assertOk(response, {
        number: "41",
        history: [
          {
            ...{ from: null, to: "DRAFT", at: "2026-01-31T12:00:00", by: creation?.by },
            ...{ by_username: null, request_id: creation?.request_id }
          },
          { from: "DRAFT", to: "COMPLETED", at, by: caller.user, by_username: "demo", request_id: "request-1" }
        ]
      })
      assertOk(yield* get(show, { ...query, fields_set: "history.to" }), {
        history: [{ to: "DRAFT" }, { to: "COMPLETED" }]
      })
    })
  )
  it.effect("finds numbers with special characters, percent-encoded or not", () =>
    Effect.gen(function* () {
      const { token, caller } = yield* setup
      for (const number of ["4=1", "=", "number=41", "a&b", "50% ☃ π", "id=41", "+", "a b", '"', "[0]", "#1", "%3D"]) {
        yield* store(caller.organisation, aDraft(number))
        const query = { token, communication_identifier: `number=${number}`, fields_set: "number" }
        assertOk(yield* get(show, query), { number })
      }
      const raw = `token=${token}&fields_set=number&communication_identifier=number=4=1`
      assertOk(yield* get(show, raw), { number: "4=1" })
      const plus = `token=${token}&fields_set=number&communication_identifier=number=a+b`
      assertOk(yield* get(show, plus), { number: "a b" })
    })
  )
  it.effect("refuses an identifier that is not key=value or repeats a key", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      for (const wrong of ["41", "=41", "Number=41", "numbers=41", "nope=1&communication_identifier=id=2"]) {
        const query = `token=${token}&communication_identifier=${wrong}`
        refused(yield* get(show, query), SHAPE, /^communication_identifier: /)
      }
      const twice = `communication_identifier=number=41&communication_identifier=number=41`
      refused(yield* get(show, `token=${token}&${twice}`), SHAPE, /^communication_identifier: /)
      const both = `communication_identifier=number=41&communication_identifier=id=${draft.id}`
      refused(yield* get(show, `token=${token}&${both}`), AMBIGUOUS, /both/)
      refused(yield* get(show, { token, communication_identifier: "number=" }), COMMUNICATION)
    })
  )
  it.effect("refuses two different tokens, one in the query and one in the header", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* setup, yield* setup]
      const query = { token: one.token, communication_identifier: "number=41" }
      const showWith = (token: string) => get(show, query, { authorization: `Bearer ${token}` })
      refused(yield* showWith(other.token), TOKEN)
      assert.strictEqual((yield* showWith(one.token)).status, 200)
    })
  )
  for (const [query, description] of [
    [`communication_identifier=${secret}=41`, "communication_identifier: expected id=… or number=…"],
    ["", "communication_identifier is missing"]
  ] as const) {
    it.effect(`"${query}" is refused with: ${description}`, () =>
      Effect.map(get(show, query), (response) => assertDescription(response, description))
    )
  }
})
