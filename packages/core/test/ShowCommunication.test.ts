import {
  completeCommunication,
  layerMemory,
  showCommunication,
  showHistory,
  viewCommunication
} from "@communications/core"
import { aDraft, anAct, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { given, onRequest } from "./Given.ts"
import { refusesInOrder } from "./Refusals.ts"

layer(layerMemory)("showCommunication, showHistory", (it) => {
  it.effect("return the stored communication, showHistory with its history, oldest entry first", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      const [draft, act] = [aDraft(), anAct()]
      const byNumber = { token, communication_identifier: { number: "41" } }
      yield* store(caller.organisation, draft, act)
      assert.deepStrictEqual(yield* showCommunication(byNumber), draft)
      const at = yield* DateTime.now
      const byId = { communication_identifier: { id: draft.id } }
      const completed = yield* onRequest(completeCommunication({ caller, ...byId }))
      const viewed = yield* onRequest(viewCommunication(byNumber))
      assert.deepStrictEqual({ ...viewed }, { ...completed, viewed_on: at })
      assert.deepStrictEqual(yield* showHistory({ token, ...byId }), {
        communication: viewed,
        history: [
          { from: null, to: "DRAFT", ...act },
          { from: "DRAFT", to: "COMPLETED", at, by: caller.user, request_id: "the request" }
        ]
      })
    })
  )
  it.effect("showCommunication checks in the documented order", () => refusesInOrder(showCommunication))
  it.effect("showHistory checks in the documented order", () => refusesInOrder(showHistory))
})
