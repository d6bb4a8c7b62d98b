import {
  Accounts,
  completeCommunication,
  createCommunications,
  layerMemory,
  Name,
  orThrow,
  type Ports,
  showCommunication,
  showHistory,
  viewCommunication
} from "@communications/core"
import { aDraft, anAct, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
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
  it.effect("show has usernames in the history for a token, and looks them up only if they are requested", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      const [draft, username] = [aDraft(), Name.make("demo")]
      const { number } = draft
      yield* store(caller.organisation, draft)
      yield* completeCommunication({ caller, communication_identifier: { number } })
      const accounts = yield* Accounts
      yield* accounts.addOrganisation(caller.organisation, Name.make("CRMDEMO"))
      yield* accounts.addUser(caller, username, Redacted.make("secret"))
      let lookups = 0
      const counted = Accounts.of({
        ...accounts,
        usernames: (organisation, users) => {
          lookups += 1
          return accounts.usernames(organisation, users)
        }
      })
      const ports = Context.add(yield* Effect.context<Ports>(), Accounts, counted)
      const { communications } = createCommunications(Layer.succeedContext(ports))
      const show = (fields_set: string, asking: { token: string } | { caller: typeof caller }) =>
        Effect.promise(() =>
          orThrow(communications.show({ ...asking, communication_identifier: { number }, fields_set }))
        )
      const session = { token: Redacted.value(token) }
      assert.deepStrictEqual(yield* show("number", session), { number })
      assert.deepStrictEqual(yield* show("history.to", session), { history: [{ to: "DRAFT" }, { to: "COMPLETED" }] })
      const unnamed = { history: [{ by_username: null }, { by_username: null }] }
      assert.deepStrictEqual(yield* show("history.by_username", { caller }), unnamed)
      assert.strictEqual(lookups, 0)
      const named = { history: [{ by_username: null }, { by_username: username }] }
      assert.deepStrictEqual(yield* show("history.by_username", session), named)
      const whole = yield* show("history", session)
      assert.deepStrictEqual(
        whole.history?.map(({ by_username }) => by_username),
        [null, username]
      )
      assert.strictEqual(lookups, 2)
    })
  )
  it.effect("showCommunication checks in the documented order", () => refusesInOrder(showCommunication))
  it.effect("showHistory checks in the documented order", () => refusesInOrder(showHistory))
})
