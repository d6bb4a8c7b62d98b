import {
  createContactInformation,
  InvalidToken,
  layerMemory,
  NewCompany,
  NewPerson,
  showContactInformation
} from "@communications/core"
import { aPerson, freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Given.ts"

const ada = NewPerson.make({
  ...{ type: "PERSON", life_cycle_state: "FINANCIAL", first_name: "Ada", last_name: "Lovelace", title: "Countess" }
})

layer(layerMemory)("createContactInformation", (it) => {
  it.effect("stores the contact with a new id, without any member that identifies the user", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      const created = yield* createContactInformation({ token, ...ada })
      assert.deepStrictEqual(created, { ...aPerson(), ...ada, id: created.id, name: "Ada Lovelace" })
      const contact_information_identifier = { id: created.id }
      assert.deepStrictEqual(yield* showContactInformation({ caller, contact_information_identifier }), created)
      const engines = NewCompany.make({ type: "COMPANY", life_cycle_state: "MARKETING", company_name: "Engines" })
      const company = yield* createContactInformation({ caller, ...engines })
      assert.deepStrictEqual(company, { id: company.id, ...engines, name: "Engines" })
      assert.notStrictEqual(company.id, created.id)
    })
  )
  it.effect("refuses an unknown token", () =>
    Effect.gen(function* () {
      const create = createContactInformation({ token: freshToken(), ...ada })
      assert.deepStrictEqual(yield* Effect.flip(create), new InvalidToken())
    })
  )
})
