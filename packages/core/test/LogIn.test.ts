import { inspect } from "node:util"
import {
  Accounts,
  Attempts,
  InvalidCredentials,
  InvalidToken,
  layerMemory,
  logIn,
  Name,
  releaseToken,
  Sessions,
  StorageUnavailable,
  type Token,
  TooManyAttempts
} from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"

const rightPassword = Redacted.make("correct horse battery staple")
const wrongPassword = Redacted.make("Tr0ub4dor&3")

let addresses = 0
/** A new address. */
const freshAddress = (): string => `203.0.113.${++addresses}`

/** Stores a user; returns functions that try to log in as that user or another one of the organisation. */
const given = Effect.gen(function* () {
  const [caller, organisation, username] = [freshCaller(), Name.make(freshId()), Name.make(freshId())]
  const accounts = yield* Accounts
  yield* accounts.addOrganisation(caller.organisation, organisation)
  yield* accounts.addUser(caller, username, rightPassword)
  const tryToLogIn = (address: string | null, password = wrongPassword, name: string = username) =>
    logIn({ organisation, username: name, password, address })
  /** Fails that many times, one attempt after another; returns the errors. */
  const attempts = (count: number, address: string | null, name?: string) =>
    Effect.forEach(Array.from({ length: count }), () => Effect.flip(tryToLogIn(address, wrongPassword, name)))
  return { caller, tryToLogIn, attempts }
})

const invalid = new InvalidCredentials()
const tooMany = (retry_after: number) => new TooManyAttempts({ retry_after })

layer(layerMemory)("logIn", (it) => {
  it.effect("opens a session of two hours, whether it is used or not", () =>
    Effect.gen(function* () {
      const { caller, tryToLogIn } = yield* given
      const sessions = yield* Sessions
      const [used, unused] = [yield* tryToLogIn(null, rightPassword), yield* tryToLogIn(null, rightPassword)]
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
  it.effect("returns a new token for each session, and releasing one keeps the other open", () =>
    Effect.gen(function* () {
      const { caller, tryToLogIn } = yield* given
      const sessions = yield* Sessions
      const [one, other] = [yield* tryToLogIn(null, rightPassword), yield* tryToLogIn(null, rightPassword)]
      assert.match(Redacted.value(one), /^[0-9A-F]{32}$/)
      assert.notStrictEqual(Redacted.value(one), Redacted.value(other))
      yield* releaseToken({ token: one })
      assert.deepStrictEqual(yield* Effect.flip(releaseToken({ token: one })), new InvalidToken())
      assert.deepStrictEqual(yield* sessions.authenticate(other), caller)
    })
  )
  it.effect("after five failures from an address, refuses every password from there for 30 seconds", () =>
    Effect.gen(function* () {
      const { caller, tryToLogIn, attempts } = yield* given
      const address = freshAddress()
      assert.deepStrictEqual(yield* attempts(5, address), Array(5).fill(invalid))
      assert.deepStrictEqual(yield* Effect.flip(tryToLogIn(address, rightPassword)), tooMany(30))
      yield* TestClock.adjust("29500 millis")
      assert.deepStrictEqual(yield* Effect.flip(tryToLogIn(address, rightPassword)), tooMany(1))
      yield* TestClock.adjust("500 millis")
      const token = yield* tryToLogIn(address, rightPassword)
      assert.deepStrictEqual(yield* (yield* Sessions).authenticate(token), caller)
    })
  )
  it.effect("accepts the user from another address after many failures from one", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      const attacker = freshAddress()
      yield* attempts(200, attacker)
      yield* tryToLogIn(freshAddress(), rightPassword)
      yield* tryToLogIn(null, rightPassword)
    })
  )
  it.effect("delays the user by at most two seconds after failures from many addresses", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      for (let attacker = 0; attacker < 10; attacker++) {
        assert.deepStrictEqual(yield* attempts(5, freshAddress()), Array(5).fill(invalid))
      }
      assert.deepStrictEqual(yield* Effect.flip(tryToLogIn(freshAddress(), rightPassword)), tooMany(2))
      yield* TestClock.adjust("2 seconds")
      yield* tryToLogIn(freshAddress(), rightPassword)
    })
  )
  it.effect("neither counts a success nor resets the failures after it", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      const address = freshAddress()
      yield* attempts(4, address)
      for (let time = 0; time < 100; time++) yield* tryToLogIn(address, rightPassword)
      assert.deepStrictEqual(yield* attempts(2, address), [invalid, tooMany(30)])
    })
  )
  it.effect("counts no attempt that fails because the storage is unavailable, or that is interrupted", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      const [accounts, buckets, sessions] = [yield* Accounts, yield* Attempts, yield* Sessions]
      const address = freshAddress()
      const logIn = tryToLogIn(address, rightPassword)
      const unavailable = Effect.suspend(() =>
        Effect.fail(new StorageUnavailable({ operation: "authentication/token", reason: "timeout" }))
      )
      const onAccounts = (authenticate: typeof accounts.authenticate) =>
        Effect.provideService(logIn, Accounts, Accounts.of({ ...accounts, authenticate }))
      const onBuckets = (changed: Partial<typeof buckets>) =>
        Effect.provideService(logIn, Attempts, Attempts.of({ ...buckets, ...changed }))
      const onSessions = (openAuthenticated: typeof sessions.openAuthenticated) =>
        Effect.provideService(logIn, Sessions, Sessions.of({ ...sessions, openAuthenticated }))

      for (let time = 0; time < 20; time++) {
        for (const failing of [
          onAccounts(() => unavailable),
          onBuckets({ take: (limit) => (limit.burst === 5 ? buckets.take(limit) : unavailable) }),
          onBuckets({ take: (limit) => (limit.burst === 50 ? unavailable : buckets.take(limit)) }),
          onSessions(() => unavailable)
        ]) {
          assert.instanceOf(
            yield* Effect.flip<Token, unknown, Accounts | Attempts | Sessions>(failing),
            StorageUnavailable
          )
        }
        for (const waiting of [onAccounts(() => Effect.never), onSessions(() => Effect.never)]) {
          const fiber = yield* Effect.forkChild(waiting, { startImmediately: true })
          yield* Effect.repeat(Effect.yieldNow, { times: 20 })
          yield* Fiber.interrupt(fiber)
        }
        const reached = yield* Deferred.make<void>()
        const taking = yield* Effect.forkChild(
          onBuckets({
            take: (limit) =>
              Effect.andThen(
                buckets.take(limit),
                limit.burst === 50 ? Deferred.succeed(reached, undefined) : Effect.void
              )
          })
        )
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(taking)
      }
      assert.deepStrictEqual(yield* attempts(6, address), [...Array(5).fill(invalid), tooMany(30)])
    })
  )
  it.effect("puts an attempt back later if the storage is still unavailable when the attempt has failed", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      const [accounts, buckets] = [yield* Accounts, yield* Attempts]
      const address = freshAddress()
      const unavailable = Effect.suspend(() =>
        Effect.fail(new StorageUnavailable({ operation: "authentication/token", reason: "timeout" }))
      )
      let isAvailable = false
      const giveBack: typeof buckets.giveBack = (limit) =>
        Effect.suspend(() => (isAvailable ? buckets.giveBack(limit) : unavailable))
      const failing = tryToLogIn(address, rightPassword).pipe(
        Effect.provideService(Accounts, Accounts.of({ ...accounts, authenticate: () => unavailable })),
        Effect.provideService(Attempts, Attempts.of({ ...buckets, giveBack }))
      )
      for (let time = 0; time < 5; time++) assert.instanceOf(yield* Effect.flip(failing), StorageUnavailable)
      assert.deepStrictEqual(yield* attempts(1, address), [tooMany(30)])
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* attempts(1, address), [tooMany(27)])
      isAvailable = true
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* attempts(6, address), [...Array(5).fill(invalid), tooMany(30)])
    })
  )
  it.effect("does not count an attempt for the other limits if one limit refuses it", () =>
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
  it.effect("limits an unknown user like a known one", () =>
    Effect.gen(function* () {
      const { attempts } = yield* given
      const [here, there] = [freshAddress(), freshAddress()]
      assert.deepStrictEqual(yield* attempts(7, here, "unknown"), yield* attempts(7, there))
    })
  )
  it.effect("accepts as many of 64 concurrent attempts as of sequential ones", () =>
    Effect.gen(function* () {
      const { tryToLogIn } = yield* given
      const address = freshAddress()
      const errors = yield* Effect.forEach(Array.from({ length: 64 }), () => Effect.flip(tryToLogIn(address)), {
        concurrency: "unbounded"
      })
      assert.lengthOf(
        errors.filter(({ _tag }) => _tag === "InvalidCredentials"),
        5
      )
    })
  )
  it.effect("runs four at once, and lets networks take turns", () =>
    Effect.gen(function* () {
      const { tryToLogIn } = yield* given
      const accounts = yield* Accounts
      const [attacker, address] = [freshAddress(), freshAddress()]
      const started: Array<string> = []
      const goOn = yield* Deferred.make<void>()
      const logInFrom = (address: string) => {
        const authenticate: (typeof accounts)["authenticate"] = (credentials) =>
          Effect.andThen(
            Effect.suspend(() => {
              started.push(address)
              return Deferred.await(goOn)
            }),
            accounts.authenticate(credentials)
          )
        return Effect.provideService(
          tryToLogIn(address, rightPassword),
          Accounts,
          Accounts.of({ ...accounts, authenticate })
        )
      }
      const fibers = yield* Effect.forEach([...Array(9).fill(attacker), address], (from) =>
        Effect.forkChild(logInFrom(from), { startImmediately: true })
      )
      assert.deepStrictEqual(started, Array(4).fill(attacker))
      yield* Deferred.succeed(goOn, undefined)
      yield* Effect.forEach(fibers, Fiber.join)
      assert.isAtMost(started.indexOf(address), 5)
    })
  )
  it.effect("does not reveal the password in errors, or the token in what it returns", () =>
    Effect.gen(function* () {
      const { tryToLogIn, attempts } = yield* given
      const address = freshAddress()
      const errors = yield* attempts(6, address)
      assert.notInclude(inspect(errors, { depth: Infinity, showHidden: true }), Redacted.value(wrongPassword))
      const token = yield* tryToLogIn(null, rightPassword)
      assert.notInclude(inspect({ token }, { depth: Infinity, showHidden: true }), Redacted.value(token))
    })
  )
  it.effect("fails with StorageUnavailable if it takes longer than the time limit, wherever it waits", () =>
    Effect.gen(function* () {
      const { tryToLogIn } = yield* given
      const [accounts, attempts, sessions] = [yield* Accounts, yield* Attempts, yield* Sessions]
      const logIn = Effect.flip(tryToLogIn(freshAddress(), rightPassword))
      for (const waiting of [
        Effect.provideService(logIn, Accounts, Accounts.of({ ...accounts, authenticate: () => Effect.never })),
        Effect.provideService(logIn, Attempts, Attempts.of({ ...attempts, take: () => Effect.never })),
        Effect.provideService(logIn, Attempts, Attempts.of({ ...attempts, giveBack: () => Effect.never })),
        Effect.provideService(logIn, Sessions, Sessions.of({ ...sessions, openAuthenticated: () => Effect.never }))
      ]) {
        const fiber = yield* Effect.forkChild(waiting)
        yield* TestClock.adjust("4999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(
          yield* Fiber.join(fiber),
          new StorageUnavailable({ operation: "authentication/token", reason: "timeout" })
        )
      }
    })
  )
})
