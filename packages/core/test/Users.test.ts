import { Accounts, changePassword, disableUser, layerMemory, Name, Sessions } from "@communications/core"
import { freshCaller, freshId, freshToken } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Redacted } from "effect"

const lifetime = Duration.hours(2)

/** A user with a session, and ports on which another session is opened right after a change of the account. */
const given = Effect.gen(function* () {
  const [caller, username, tokens] = [freshCaller(), Name.make(freshId()), [freshToken(), freshToken()] as const]
  const [accounts, sessions] = [yield* Accounts, yield* Sessions]
  yield* accounts.addOrganisation(caller.organisation, Name.make(freshId()))
  yield* accounts.addUser(caller, username, Redacted.make("old"))
  yield* sessions.open(tokens[0], caller, lifetime)
  const opening = <A, E, R>(change: Effect.Effect<A, E, R>) =>
    Effect.tap(change, () => sessions.open(tokens[1], caller, lifetime))
  const concurrently = Accounts.of({
    ...accounts,
    setPassword: (...parameters) => opening(accounts.setPassword(...parameters)),
    disable: (...parameters) => opening(accounts.disable(...parameters))
  })
  const areClosed = Effect.forEach(tokens, (token) => Effect.flip(sessions.authenticate(token)), { discard: true })
  return { organisation: caller.organisation, username, concurrently, areClosed }
})

layer(layerMemory)("a change that ends the sessions of a user", (it) => {
  it.effect("changePassword ends all of them, also one that was opened meanwhile, and returns their number", () =>
    Effect.gen(function* () {
      const { organisation, username, concurrently, areClosed } = yield* given
      const changing = changePassword(organisation, username, Redacted.make("new"))
      assert.strictEqual(yield* Effect.provideService(changing, Accounts, concurrently), 2)
      yield* areClosed
      assert.strictEqual(yield* changing, 0)
    })
  )
  it.effect("disableUser ends all of them, and returns their number and whether the user was disabled", () =>
    Effect.gen(function* () {
      const { organisation, username, concurrently, areClosed } = yield* given
      const disabling = disableUser(organisation, username)
      assert.deepStrictEqual(yield* Effect.provideService(disabling, Accounts, concurrently), {
        wasDisabled: false,
        ended: 2
      })
      yield* areClosed
      assert.deepStrictEqual(yield* disabling, { wasDisabled: true, ended: 0 })
    })
  )
})
