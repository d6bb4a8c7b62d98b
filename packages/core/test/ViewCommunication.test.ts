import { layerMemory, toDetails, viewCommunication } from "@communications/core"
import { aDraft, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { given } from "./Given.ts"
import { refusesInOrder } from "./Refusals.ts"

layer(layerMemory)("viewCommunication", (it) => {
  it.effect("records the time of the first view only", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      const draft = aDraft()
      yield* store(caller.organisation, draft)
      const view = viewCommunication({ token, communication_identifier: { number: "41" } })
      yield* TestClock.adjust("1 hour")
      const [at, once] = [yield* DateTime.now, yield* view]
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual({ ...once }, { ...draft, viewed_on: at })
      assert.deepStrictEqual(yield* view, once)
      const viewed_on = DateTime.formatIso(at).slice(0, 19)
      assert.deepStrictEqual(toDetails(once), { ...toDetails(draft), viewed: true, viewed_on })
    })
  )
  it.effect("checks in the documented order", () => refusesInOrder(viewCommunication))
})
