import { Duration, Effect, Redacted, Result, Schedule } from "effect"
import { InvalidCredentials, InvalidToken } from "../domain/errors/index.ts"
import { Name } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
import { Sessions } from "../ports/Sessions.ts"
import { type Clause, differentClocks, expectEqual, expectFailure, failureOf } from "./Clause.ts"
import { freshCaller, freshId, freshToken } from "./Fixtures.ts"

const day = Duration.days(1)

/** The guarantees of `Sessions`, which every adapter must pass. */
export const sessionsContract: ReadonlyArray<Clause<Accounts | Sessions>> = [
  {
    name: "the token of an open session authenticates its caller more than once",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const [token, caller] = [freshToken(), freshCaller()]
      yield* sessions.open(token, caller, day)
      yield* expectEqual(yield* sessions.authenticate(token), caller)
      yield* expectEqual(yield* sessions.authenticate(token), caller)
    })
  },
  {
    name: "an unknown token is invalid",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      yield* expectFailure(sessions.authenticate(freshToken()), new InvalidToken())
      yield* expectFailure(sessions.release(freshToken()), new InvalidToken())
    })
  },
  {
    name: "a session is open for its lifetime",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const [caller, token, short, expired] = [freshCaller(), freshToken(), freshToken(), freshToken()]
      yield* sessions.open(token, caller, Duration.minutes(5))
      yield* sessions.open(short, caller, Duration.millis(50))
      yield* sessions.open(expired, caller, Duration.zero)
      yield* expectFailure(sessions.authenticate(expired), new InvalidToken())
      const end = failureOf(Effect.repeat(sessions.authenticate(short), Schedule.spaced("20 millis")))
      yield* expectEqual(yield* end, new InvalidToken())
      for (const invalid of [short, expired]) {
        yield* expectFailure(sessions.authenticate(invalid), new InvalidToken())
        yield* expectFailure(sessions.release(invalid), new InvalidToken())
      }
      yield* expectEqual(yield* sessions.authenticate(token), caller)
    })
  },
  {
    name: "servers whose clocks differ agree on which sessions are open",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const caller = freshCaller()
      const clocks = yield* differentClocks
      for (const [here, there] of clocks.flatMap((here) => clocks.map((there) => [here, there] as const))) {
        const [token, expired] = [freshToken(), freshToken()]
        yield* here(sessions.open(token, caller, Duration.minutes(5)))
        yield* here(sessions.open(expired, caller, Duration.zero))
        yield* expectEqual(yield* there(sessions.authenticate(token)), caller)
        yield* expectFailure(there(sessions.authenticate(expired)), new InvalidToken())
        yield* expectFailure(there(sessions.release(expired)), new InvalidToken())
        yield* here(sessions.open(freshToken(), caller, Duration.zero))
        yield* expectEqual(yield* there(sessions.releaseAll(caller)), 1)
      }
    })
  },
  {
    name: "of tokens authenticated at once, each open one returns its own caller, and all others are invalid",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const tokens = Array.from({ length: 16 }, () => ({ token: freshToken(), caller: freshCaller() }))
      for (const [index, { token, caller }] of tokens.entries()) {
        // The last one has expired: an adapter may delete such sessions when it opens another.
        if (index % 4 > 0) yield* sessions.open(token, caller, index % 4 === 3 ? Duration.zero : day)
        if (index % 4 === 1) yield* sessions.release(token)
      }
      const results = yield* Effect.forEach(tokens, ({ token }) => Effect.result(sessions.authenticate(token)), {
        concurrency: "unbounded"
      })
      yield* expectEqual(
        results,
        tokens.map(({ caller }, index) => (index % 4 === 2 ? Result.succeed(caller) : Result.fail(new InvalidToken())))
      )
    })
  },
  {
    name: "a released token is invalid at once",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const token = freshToken()
      yield* sessions.open(token, freshCaller(), day)
      yield* sessions.release(token)
      yield* expectFailure(sessions.authenticate(token), new InvalidToken())
      yield* expectFailure(sessions.release(token), new InvalidToken())
    })
  },
  {
    name: "releasing one session leaves the other sessions of the caller open",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const [first, second, caller] = [freshToken(), freshToken(), freshCaller()]
      yield* sessions.open(first, caller, day)
      yield* sessions.open(second, caller, day)
      yield* sessions.release(first)
      yield* expectEqual(yield* sessions.authenticate(second), caller)
    })
  },
  {
    name: "releasing all sessions of a user ends and counts the open sessions of that user only",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const caller = freshCaller()
      const others = [freshCaller(), { ...caller, user: freshCaller().user }, { ...freshCaller(), user: caller.user }]
      const [ownTokens, otherTokens] = [[freshToken(), freshToken()], others.map(() => freshToken())]
      for (const token of ownTokens) yield* sessions.open(token, caller, day)
      for (const [index, token] of otherTokens.entries()) {
        yield* sessions.open(token, others[index] ?? caller, day)
      }
      yield* sessions.open(freshToken(), caller, Duration.zero)
      yield* expectEqual(yield* sessions.releaseAll(caller), 2)
      for (const token of ownTokens) yield* expectFailure(sessions.authenticate(token), new InvalidToken())
      for (const token of otherTokens) yield* sessions.authenticate(token)
      yield* expectEqual(yield* sessions.releaseAll(caller), 0)
    })
  },
  {
    name: "opening a session again replaces it",
    test: Effect.gen(function* () {
      const sessions = yield* Sessions
      const [token, caller] = [freshToken(), freshCaller()]
      for (const lifetime of [Duration.hours(1), Duration.zero]) {
        yield* sessions.open(token, freshCaller(), lifetime)
        yield* sessions.open(token, caller, day)
        yield* expectEqual(yield* sessions.authenticate(token), caller)
      }
    })
  },
  {
    name: "a log-in opens no session if the password has changed or the user was disabled since it was authenticated",
    test: Effect.gen(function* () {
      const [sessions, accounts] = [yield* Sessions, yield* Accounts]
      const [caller, organisation, username] = [freshCaller(), Name.make(freshId()), Name.make(freshId())]
      const password = Redacted.make("correct horse battery staple")
      yield* accounts.addOrganisation(caller.organisation, organisation)
      // The others have the revision that the user had at first.
      const [colleague, namesake] = [freshCaller().user, freshCaller().organisation]
      yield* accounts.addOrganisation(namesake, Name.make(freshId()))
      yield* accounts.addUser({ ...caller, user: colleague }, Name.make(freshId()), password)
      yield* accounts.addUser({ ...caller, organisation: namesake }, username, password)
      const others = freshToken()
      yield* sessions.open(others, { ...caller, user: colleague }, day)
      yield* accounts.addUser(caller, username, password)
      const authenticated = accounts.authenticate({ organisation, username, password })
      const first = yield* authenticated
      for (const change of [
        accounts.setPassword(caller.organisation, username, password),
        accounts.disable(caller.organisation, username)
      ]) {
        const [before, token] = [yield* authenticated, freshToken()]
        yield* sessions.openAuthenticated(token, before, day)
        yield* expectEqual(yield* sessions.authenticate(token), caller)
        yield* change
        const late = freshToken()
        yield* expectFailure(sessions.openAuthenticated(late, before, day), new InvalidCredentials())
        yield* expectFailure(sessions.authenticate(late), new InvalidToken())
        yield* expectFailure(sessions.authenticate(token), new InvalidToken())
      }
      yield* accounts.enable(caller.organisation, username)
      // No later change restores what an earlier one has ended.
      yield* expectFailure(sessions.openAuthenticated(freshToken(), first, day), new InvalidCredentials())
      const token = freshToken()
      for (const lifetime of [Duration.zero, day]) {
        yield* sessions.openAuthenticated(token, yield* authenticated, lifetime)
      }
      yield* expectEqual(yield* sessions.authenticate(token), caller)
      yield* expectEqual(yield* sessions.authenticate(others), { ...caller, user: colleague })
      const unknown = { caller: freshCaller(), revision: 1 }
      yield* expectFailure(sessions.openAuthenticated(freshToken(), unknown, day), new InvalidCredentials())
    })
  },
  {
    name: "a new password and disabling end the sessions of the user, and of nobody else, in one change",
    test: Effect.gen(function* () {
      const [sessions, accounts] = [yield* Sessions, yield* Accounts]
      const [{ organisation, user }, colleague] = [freshCaller(), freshCaller().user]
      const [username, password] = [Name.make(freshId()), Redacted.make("correct horse battery staple")]
      yield* accounts.addOrganisation(organisation, Name.make(freshId()))
      yield* accounts.addUser({ organisation, user }, username, password)
      const others = [
        { organisation, user: colleague },
        { organisation: freshCaller().organisation, user }
      ]
      const kept = others.map((caller) => ({ caller, token: freshToken() }))
      for (const { caller, token } of kept) yield* sessions.open(token, caller, day)
      for (const change of [
        accounts.setPassword(organisation, username, password),
        accounts.disable(organisation, username),
        accounts.disable(organisation, username)
      ]) {
        const tokens = [freshToken(), freshToken()]
        for (const token of tokens) yield* sessions.open(token, { organisation, user }, day)
        yield* sessions.open(freshToken(), { organisation, user }, Duration.zero)
        yield* expectEqual((yield* change).ended, tokens.length)
        for (const token of tokens) yield* expectFailure(sessions.authenticate(token), new InvalidToken())
      }
      for (const { caller, token } of kept) yield* expectEqual(yield* sessions.authenticate(token), caller)
    })
  }
]
