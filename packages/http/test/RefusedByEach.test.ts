import { aDraft, freshId, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, ask, tell } from "./Methods.ts"
import { AMBIGUOUS, COMMUNICATION, CONTACT, refused, SHAPE, TOKEN } from "./Refused.ts"

layer(ApiInMemory, { excludeTestServices: true })("refusing over HTTP, each method for itself", (it) => {
  const list = "communications/list"
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
  it.effect("show: an identifier in a query is key=value, each key once", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      for (const wrong of ["41", "=41", "Number=41", "numbers=41", "nope=1&communication_identifier=id=2"]) {
        const query = `token=${token}&communication_identifier=${wrong}`
        refused(yield* ask("communications/show", query), SHAPE, /^communication_identifier: /)
      }
      const twice = `communication_identifier=number=41&communication_identifier=number=41`
      refused(yield* ask("communications/show", `token=${token}&${twice}`), SHAPE, /^communication_identifier: /)
      const both = `communication_identifier=number=41&communication_identifier=id=${draft.id}`
      refused(yield* ask("communications/show", `token=${token}&${both}`), AMBIGUOUS, /both/)
      refused(yield* ask("communications/show", { token, communication_identifier: "number=" }), COMMUNICATION)
    })
  )
  it.effect("show: a token in the query and another one in the header", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* given, yield* given]
      const query = { token: one.token, communication_identifier: "number=41" }
      const show = (token: string) => ask("communications/show", query, { authorization: `Bearer ${token}` })
      refused(yield* show(other.token), TOKEN)
      assert.strictEqual((yield* show(one.token)).status, 200)
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
  it.effect("create: every parameter that is missing or wrong, by its name", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { id } = draft.contact_information
      const right = { token, contact_information_identifier: { id }, direction: "INCOMING", media: "SMS" }
      for (const [changed, about] of [
        [{ contact_information_identifier: undefined }, /^contact_information_identifier: /],
        [{ contact_information_identifier: null }, /^contact_information_identifier: /],
        [{ contact_information_identifier: {} }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id: null } }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id: 41 } }, /^contact_information_identifier\.id: /],
        [{ contact_information_identifier: { id, number: "41" } }, /^contact_information_identifier\.number: /],
        [{ direction: undefined }, /^direction: /],
        [{ direction: "incoming" }, /^direction: /],
        [{ direction: null }, /^direction: /],
        [{ media: undefined }, /^media: /],
        [{ media: "PIGEON" }, /^media: /],
        [{ subject: 41 }, /^subject: /],
        [{ subject: "\u0000" }, /^subject: /],
        [{ content: "\ud800" }, /^content: /],
        [{ content: {} }, /^content: /],
        [{ fields_set: 5 }, /^fields_set: /],
        [{ token: 5 }, /^token: /]
      ] as const) {
        refused(yield* tell("communications/create", { ...right, ...changed }), SHAPE, about)
      }
    })
  )
  it.effect("contact_information/create: every member that is missing or wrong, by its name", () =>
    Effect.gen(function* () {
      const { token } = yield* given
      const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace", token }
      const engines = { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Engines", token }
      for (const [body, about] of [
        [{ ...ada, type: undefined }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, type: "ROBOT" }, /^type: expected "PERSON" or "COMPANY"$/],
        [{ ...ada, life_cycle_state: undefined }, /^life_cycle_state: /],
        [{ ...ada, life_cycle_state: "DRAFT" }, /^life_cycle_state: /],
        [{ ...ada, first_name: undefined }, /^first_name: /],
        [{ ...ada, last_name: "" }, /^last_name: /],
        [{ ...ada, company_profile: {} }, /^company_profile: /],
        [{ ...ada, title: 5 }, /^title: /],
        [{ ...ada, demographics: { gender: "X" } }, /^demographics\.gender: /],
        [{ ...ada, demographics: { date_of_birth: { day: 31, month: 2 } } }, /^demographics\.date_of_birth: /],
        [{ ...ada, demographics: { country_of_residence: {} } }, /^demographics\.country_of_residence\.id: /],
        [{ ...engines, company_name: undefined }, /^company_name: /],
        [{ ...engines, company_name: "" }, /^company_name: /],
        [{ ...engines, demographics: {} }, /^demographics: /],
        [{ ...engines, company_profile: { established_date: "2025-02-29" } }, /^company_profile\.established_date: /],
        [{ ...engines, fields_set: 5 }, /^fields_set: /]
      ] as const) {
        refused(yield* tell("contact_information/create", body), SHAPE, about)
      }
    })
  )
})
