import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Api, Memory, send } from "./Client.ts"

const base = "/crmapi/rest/v2"
const secret = "5EC4E7"
const person = { type: "PERSON", life_cycle_state: "MARKETING", first_name: secret, last_name: secret }
const about = (demographics: unknown) => ({ ...person, demographics })

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })("the words of INVALID_PARAMETERS", (it) => {
  const refused = (sent: Parameters<typeof send>[0], description: string) =>
    Effect.map(send(sent), ({ status, text }) => {
      assert.include(text, `"description":${JSON.stringify(description)}`)
      assert.strictEqual(status, 400)
      assert.notInclude(text, secret)
    })

  const contacts: ReadonlyArray<readonly [given: unknown, description: string]> = [
    [{}, 'type: expected "PERSON" or "COMPANY"'],
    [{ ...person, type: secret }, 'type: expected "PERSON" or "COMPANY"'],
    [{ ...person, last_name: undefined }, "last_name: is missing"],
    [{ ...person, last_name: null }, "last_name: expected a string"],
    [{ ...person, last_name: "" }, "last_name: expected a value with a length of at least 1"],
    [{ ...person, name: 5 }, "name: expected a string or null"],
    [{ ...person, life_cycle_state: secret }, 'life_cycle_state: expected "MARKETING" or "FINANCIAL"'],
    [{ ...person, company_profile: { registration_number: secret } }, "company_profile: expected null"],
    [about({ gender: secret }), 'demographics.gender: expected "MALE", "FEMALE" or null'],
    [about({ name_day: secret }), "demographics.name_day: expected an object"],
    [about({ date_of_birth: { day: 0 } }), "demographics.date_of_birth.day: expected a value between 1 and 31"],
    [about({ date_of_birth: { day: secret } }), "demographics.date_of_birth.day: expected a number or null"],
    [
      about({ date_of_birth: { day: 31, month: 2 } }),
      "demographics.date_of_birth: expected a date that the calendar has"
    ],
    [
      about({ id_number_expiration_date: secret }),
      "demographics.id_number_expiration_date: expected a date, YYYY-MM-DD"
    ],
    [about({ country_of_residence: {} }), "demographics.country_of_residence.id: is missing"],
    [about({ country_of_residence: secret }), "demographics.country_of_residence: expected an object or null"]
  ]
  for (const [given, description] of contacts) {
    it.effect(description, () =>
      refused({ path: `${base}/contact_information/create`, body: JSON.stringify(given) }, description)
    )
  }

  const queries: ReadonlyArray<readonly [path: string, description: string]> = [
    [`show?communication_identifier=${secret}=41`, "communication_identifier: expected id=… or number=…"],
    ["show", "communication_identifier: is missing"],
    [`list?life_cycle_state=${secret}`, 'life_cycle_state: expected "DRAFT" or "COMPLETED"'],
    [`list?life_cycle_state=DRAFT&offset=${secret}`, "offset: expected a whole number"],
    [`list?contact_information_identifier=${secret}`, "contact_information_identifier: expected id=…"]
  ]
  for (const [path, description] of queries) {
    it.effect(`GET ${path.split("?")[0]}, ${description}`, () =>
      refused({ method: "GET", path: `${base}/communications/${path}` }, description)
    )
  }

  it.effect("fields_set", () =>
    Effect.gen(function* () {
      const path = `${base}/communications/complete`
      const asking = (fields_set: unknown) => ({
        path,
        body: JSON.stringify({ communication_identifier: { number: "41" }, fields_set })
      })
      yield* refused(asking(5), "fields_set: expected a string, an array or null")
      yield* refused(asking([5]), "fields_set.0: expected a string")
      yield* refused({ path, body: "[]" }, "the request: expected an object")
    })
  )
})
