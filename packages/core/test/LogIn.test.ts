import { inspect } from "node:util"
import {
  Accounts,
  InvalidCredentials,
  InvalidToken,
  layerMemory,
  logIn,
  Name,
  releaseToken,
  Sessions,
  TooManyAttempts
} from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"

const right = Redacted.make("correct horse battery staple")
const wrong = Redacted.make("Tr0ub4dor&3")

let addresses = 0
/** A new address. */
const freshAddress = (): string => `203.0.113.${++addresses}`

/** A user of an organisation, and attempts to log in as that user or another one there. */
const given = Effect.gen(function* () {
  const [caller, organisation, username] = [freshCaller(), Name.make(freshId()), Name.make(freshId())]
  const accounts = yield* Accounts
  yield* accounts.addOrganisation(caller.organisation, organisation)
  yield* accounts.addUser(caller, username, right)
  const opening = (address: string | null, password = wrong, name: string = username) =>
    logIn({ organisation, username: name, password, address })
  /** The errors of that many attempts, one after the other. */
  const attempts = (count: number, address: string | null, name?: string) =>
    Effect.forEach(Array.from({ length: count }), () => Effect.flip(opening(address, wrong, name)))
  return { caller, opening, attempts }
})

const invalid = new InvalidCredentials()
const tooMany = (retry_after: number) => new TooManyAttempts({ retry_after })

layer(layerMemory)("logIn", (it) => {
  it.effect("opens a session of two hours, whether it is used or not", () =>
    Effect.gen(function* () {
      const { caller, opening } = yield* given
      const sessions = yield* Sessions
      const [used, unused] = [yield* opening(null, right), yield* opening(null, right)]
      for (let quarter = 0; quarter < 8; quarter++) {
        assert.deepStrictEqual(yield* sessions.authenticate(used), caller)
        yield* TestClock.adjust(quarter < 7 ? "15 minutes" : "899999 millis")
      }
      assert.deepStrictEqual(yield* sessions.authenticate(unused), caller)
      yield* TestClock.adjust("1 millis")
      for (const token of [used, unused]) {
        assert.deepStrictEqual(yield* Effect.flip(sessions.authenticate(token)), new InvalidToken())
      }
    })
  )
  it.effect("returns a new token for each session; releasing one leaves the other open", () =>
    Effect.gen(function* () {
      const { caller, opening } = yield* given
      const sessions = yield* Sessions
      const [one, other] = [yield* opening(null, right), yield* opening(null, right)]
      assert.match(Redacted.value(one), /^[0-9A-F]{32}$/)
      assert.notStrictEqual(Redacted.value(one), Redacted.value(other))
      yield* releaseToken({ token: one })
      assert.deepStrictEqual(yield* Effect.flip(releaseToken({ token: one })), new InvalidToken())
      assert.deepStrictEqual(yield* sessions.authenticate(other), caller)
    })
  )
  it.effect("after five failures from an address it refuses every password from there for half a minute", () =>
    Effect.gen(function* () {
      const { caller, opening, attempts } = yield* given
      const address = freshAddress()
      assert.deepStrictEqual(yield* attempts(5, address), Array(5).fill(invalid))
      assert.deepStrictEqual(yield* Effect.flip(opening(address, right)), tooMany(30))
      yield* TestClock.adjust("29500 millis")
      assert.deepStrictEqual(yield* Effect.flip(opening(address, right)), tooMany(1))
      yield* TestClock.adjust("500 millis")
      const token = yield* opening(address, right)
      assert.deepStrictEqual(yield* (yield* Sessions).authenticate(token), caller)
    })
  )
  it.effect("failures from one address do not lock the user out elsewhere", () =>
    Effect.gen(function* () {
      const { opening, attempts } = yield* given
      const stranger = freshAddress()
      yield* attempts(200, stranger)
      yield* opening(freshAddress(), right)
      yield* opening(null, right)
    })
  )
  it.effect("failures from many addresses delay the user by two seconds at most", () =>
    Effect.gen(function* () {
      const { opening, attempts } = yield* given
      for (let stranger = 0; stranger < 10; stranger++) {
        assert.deepStrictEqual(yield* attempts(5, freshAddress()), Array(5).fill(invalid))
      }
      assert.deepStrictEqual(yield* Effect.flip(opening(freshAddress(), right)), tooMany(2))
      yield* TestClock.adjust("2 seconds")
      yield* opening(freshAddress(), right)
    })
  )
  it.effect("a success does not count, and does not reset the failures", () =>
    Effect.gen(function* () {
      const { opening, attempts } = yield* given
      const address = freshAddress()
      yield* attempts(4, address)
      for (let time = 0; time < 100; time++) yield* opening(address, right)
      assert.deepStrictEqual(yield* attempts(2, address), [invalid, tooMany(30)])
    })
  )
  it.effect("an attempt that one limit refuses does not count for the others", () =>
    Effect.gen(function* () {
      const { attempts } = yield* given
      const address = freshAddress()
      assert.deepStrictEqual((yield* attempts(105, address)).slice(5), Array(100).fill(tooMany(30)))
      for (let other = 0; other < 5; other++) {
        assert.deepStrictEqual(yield* attempts(5, address, `other ${other}`), Array(5).fill(invalid))
      }
      assert.deepStrictEqual(yield* attempts(100, address, "one more"), Array(100).fill(tooMany(10)))
      for (let elsewhere = 0; elsewhere < 9; elsewhere++) {
        assert.deepStrictEqual(yield* attempts(5, freshAddress()), Array(5).fill(invalid))
      }
      assert.deepStrictEqual(yield* attempts(100, freshAddress()), Array(100).fill(tooMany(2)))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* attempts(2, address, "one more"), [invalid, tooMany(10)])
    })
  )
  it.effect("an unknown user is limited like a known one", () =>
    Effect.gen(function* () {
      const { attempts } = yield* given
      const [here, there] = [freshAddress(), freshAddress()]
      assert.deepStrictEqual(yield* attempts(7, here, "nobody"), yield* attempts(7, there))
    })
  )
  it.effect("of 64 attempts at once as many are accepted as one after the other", () =>
    Effect.gen(function* () {
      const { opening } = yield* given
      const address = freshAddress()
      const answers = yield* Effect.forEach(Array.from({ length: 64 }), () => Effect.flip(opening(address)), {
        concurrency: "unbounded"
      })
      assert.lengthOf(
        answers.filter(({ _tag }) => _tag === "InvalidCredentials"),
        5
      )
    })
  )
  it.effect("shows neither the password in its errors nor the token that it returns", () =>
    Effect.gen(function* () {
      const { opening, attempts } = yield* given
      const address = freshAddress()
      const errors = yield* attempts(6, address)
      assert.notInclude(inspect(errors, { depth: Infinity, showHidden: true }), Redacted.value(wrong))
      const token = yield* opening(null, right)
      assert.notInclude(inspect({ token }, { depth: Infinity, showHidden: true }), Redacted.value(token))
    })
  )
})
