import { toDetails } from "@communications/core"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "../Client.ts"
import { ApiInMemory, assertOk, at, post } from "../Operations.ts"

layer(ApiInMemory, { excludeTestServices: true })("communications/view", (it) => {
  it.effect("returns every member, and the same data if repeated", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const viewing = post("communications/view", { token, communication_identifier: { id: draft.id, number: null } })
      const viewed = yield* viewing
      const viewed_on = at(viewed.json, "data", "viewed_on")
      assert.match(String(viewed_on), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      const data = { ...toDetails(draft), viewed: true, viewed_on }
      assertOk(viewed, data)
      assertOk(yield* viewing, data)
      const request = { token, communication_identifier: { number: "41" }, fields_set: ["viewed"] }
      assertOk(yield* post("communications/view", request), { viewed: true })
    })
  )
})
