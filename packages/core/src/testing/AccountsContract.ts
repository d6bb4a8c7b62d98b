import { DateTime, Effect, Redacted, Result } from "effect"
import {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import { Name } from "../domain/Identity.ts"
import { Accounts, type Credentials } from "../ports/Accounts.ts"
import { type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { freshCaller, freshId, freshOrganisation } from "./Fixtures.ts"

const freshName = (): Name => Name.make(`name ${freshId()}`)
const password = Redacted.make("correct horse battery staple")

/** Stores an organisation with a user; returns the ids and names of both. */
const given = Effect.gen(function* () {
  const accounts = yield* Accounts
  const [caller, organisation, username] = [freshCaller(), freshName(), freshName()]
  yield* accounts.addOrganisation(caller.organisation, organisation)
  yield* accounts.addUser(caller, username, password)
  return { accounts, caller, organisation, username }
})

/** The user with these credentials. */
const authenticated = (credentials: Credentials) =>
  Effect.map(
    Effect.flatMap(Accounts, (accounts) => accounts.authenticate(credentials)),
    ({ caller }) => caller
  )

/** The guarantees of `Accounts`, which every adapter must pass. */
export const accountsContract: ReadonlyArray<Clause<Accounts>> = [
  {
    name: "every character of a password counts, and any character is allowed",
    test: Effect.gen(function* () {
      const { accounts, caller, organisation, username } = yield* given
      yield* expectEqual(yield* authenticated({ organisation, username, password }), caller)
      for (const text of [" ", "π\u0301 ☃ 🔑", "x".repeat(1000)]) {
        const [other, name, secret] = [{ ...caller, user: freshCaller().user }, freshName(), Redacted.make(text)]
        yield* accounts.addUser(other, name, secret)
        yield* expectEqual(yield* authenticated({ organisation, username: name, password: secret }), other)
        const longer = { organisation, username: name, password: Redacted.make(`${text}.`) }
        yield* expectFailure(accounts.authenticate(longer), new InvalidCredentials())
      }
    })
  },
  {
    name: "a wrong organisation, username or password fails with the same error",
    test: Effect.gen(function* () {
      const { accounts, organisation, username } = yield* given
      const other = yield* given
      for (const wrong of [
        { organisation: freshName(), username, password },
        { organisation: other.organisation, username, password },
        { organisation, username: freshName(), password },
        { organisation, username: "", password },
        { organisation, username: username.toUpperCase(), password },
        { organisation, username: "\u0000\ud800", password },
        { organisation: "\u0000\ud800", username, password },
        { organisation, username, password: Redacted.make("") },
        { organisation, username, password: Redacted.make("correct horse battery staple ") }
      ]) {
        yield* expectFailure(accounts.authenticate(wrong), new InvalidCredentials())
      }
    })
  },
  {
    name: "an organisation is found by name, and a user by name within the organisation",
    test: Effect.gen(function* () {
      const { accounts, caller, organisation, username } = yield* given
      yield* expectEqual(yield* accounts.organisation(organisation), caller.organisation)
      yield* expectEqual(yield* accounts.user(caller.organisation, username), caller)
      // Some storages cannot store the last one.
      for (const name of [freshName(), "", "\u0000\ud800"]) {
        yield* expectFailure(accounts.organisation(name), new OrganisationNotFound({ name }))
        yield* expectFailure(accounts.user(caller.organisation, name), new UserNotFound({ username: name }))
      }
      yield* expectFailure(accounts.user(freshOrganisation(), username), new UserNotFound({ username }))
    })
  },
  {
    name: "the name and the id of an organisation are unique",
    test: Effect.gen(function* () {
      const { accounts, caller, organisation } = yield* given
      const name = freshName()
      yield* expectFailure(
        accounts.addOrganisation(freshOrganisation(), organisation),
        new OrganisationExists({ name: organisation })
      )
      yield* expectFailure(accounts.addOrganisation(caller.organisation, name), new OrganisationExists({ name }))
      yield* expectEqual(yield* accounts.organisation(organisation), caller.organisation)
    })
  },
  {
    name: "the name and the id of a user are unique in an organisation; a duplicate keeps the first password",
    test: Effect.gen(function* () {
      const { accounts, caller, organisation, username } = yield* given
      const other = Redacted.make("another password")
      const results = yield* Effect.forEach(
        [
          accounts.addUser({ ...caller, user: freshCaller().user }, username, other),
          accounts.addUser(caller, username, other)
        ],
        (add) => Effect.result(add),
        { concurrency: "unbounded" }
      )
      yield* expectEqual(results, Array(2).fill(Result.fail(new UserExists({ username }))))
      const name = freshName()
      yield* expectFailure(accounts.addUser(caller, name, other), new UserExists({ username: name }))
      yield* expectEqual(yield* authenticated({ organisation, username, password }), caller)
    })
  },
  {
    name: "users with the same name in two organisations have separate passwords",
    test: Effect.gen(function* () {
      const [one, other] = [yield* given, yield* given]
      const secret = Redacted.make("the other password")
      const caller = { ...other.caller, user: freshCaller().user }
      const { accounts, username } = one
      yield* accounts.addUser(caller, username, secret)
      yield* expectEqual(yield* authenticated({ organisation: other.organisation, username, password: secret }), caller)
      yield* expectFailure(
        accounts.authenticate({ organisation: one.organisation, username, password: secret }),
        new InvalidCredentials()
      )
    })
  },
  {
    name: "adding a user to an unknown organisation fails",
    test: Effect.gen(function* () {
      const accounts = yield* Accounts
      const caller = freshCaller()
      yield* expectFailure(
        accounts.addUser(caller, freshName(), password),
        new OrganisationNotFound({ name: caller.organisation })
      )
    })
  },
  {
    name: "organisations and users are listed by name, a page after a name, each organisation with its own users",
    test: Effect.gen(function* () {
      const accounts = yield* Accounts
      const [prefix, other] = [freshName(), yield* given]
      const names = ["a", "b", "c"].map((name) => Name.make(`${prefix} ${name}`))
      const organisations = names.map((name) => ({ id: freshOrganisation(), name }))
      for (const { id, name } of organisations.toReversed()) yield* accounts.addOrganisation(id, name)
      const [first, second] = names
      yield* expectEqual(yield* accounts.organisations({ after: prefix, limit: 2 }), organisations.slice(0, 2))
      yield* expectEqual(yield* accounts.organisations({ after: second, limit: 1 }), organisations.slice(2))
      yield* expectEqual((yield* accounts.organisations({ limit: 1 })).length, 1)

      const organisation = other.caller.organisation
      const users = names.map((username) => ({ id: freshCaller().user, username, disabled_at: null }))
      for (const { id, username } of users.toReversed()) {
        yield* accounts.addUser({ organisation, user: id }, username, password)
      }
      const elsewhere = (yield* given).caller.organisation
      yield* accounts.addUser(
        { organisation: elsewhere, user: freshCaller().user },
        Name.make(`${prefix} aa`),
        password
      )
      yield* expectEqual(yield* accounts.users(organisation, { after: prefix, limit: 2 }), users.slice(0, 2))
      yield* expectEqual(yield* accounts.users(organisation, { after: first, limit: 2 }), users.slice(1))
      const everyone = yield* accounts.users(organisation, { limit: 100 })
      yield* expectEqual(everyone.map(({ username }) => username).sort(), [other.username, ...names].sort())
      yield* expectEqual(yield* accounts.users(freshOrganisation(), { limit: 100 }), [])
    })
  },
  {
    name: "usernames finds the names of users of the organisation, also of disabled ones, and ignores all other users",
    test: Effect.gen(function* () {
      const [{ accounts, caller, username }, other] = [yield* given, yield* given]
      const { organisation, user } = caller
      const [colleague, name, otherName] = [freshCaller().user, freshName(), freshName()]
      yield* accounts.addUser({ organisation, user: colleague }, name, password)
      yield* accounts.addUser({ organisation, user: freshCaller().user }, freshName(), password)
      yield* accounts.addUser({ organisation: other.caller.organisation, user: colleague }, otherName, password)
      yield* accounts.disable(organisation, name)
      const asked = [user, colleague, user, other.caller.user, freshCaller().user]
      const found = yield* accounts.usernames(organisation, asked)
      yield* expectEqual(found.size, 2)
      yield* expectEqual([found.get(user), found.get(colleague)], [username, name])
      for (const [one, ownName] of [[organisation, name] as const, [other.caller.organisation, otherName] as const]) {
        yield* expectEqual([...(yield* accounts.usernames(one, [colleague]))], [[colleague, ownName]])
      }
      yield* expectEqual((yield* accounts.usernames(organisation, [])).size, 0)
      yield* expectEqual((yield* accounts.usernames(freshOrganisation(), asked)).size, 0)
    })
  },
  {
    name: "a new password replaces the old one, and changes the revision",
    test: Effect.gen(function* () {
      const [{ accounts, caller, organisation, username }, other] = [yield* given, yield* given]
      const secret = Redacted.make("another password")
      const before = yield* accounts.authenticate({ organisation, username, password })
      yield* expectEqual((yield* accounts.setPassword(caller.organisation, username, secret)).caller, caller)
      yield* expectFailure(accounts.authenticate({ organisation, username, password }), new InvalidCredentials())
      const after = yield* accounts.authenticate({ organisation, username, password: secret })
      yield* expectEqual([after.caller, after.revision === before.revision], [caller, false])
      yield* authenticated({ organisation: other.organisation, username: other.username, password })
      const unknownName = freshName()
      yield* expectFailure(
        accounts.setPassword(caller.organisation, unknownName, secret),
        new UserNotFound({ username: unknownName })
      )
      yield* expectFailure(
        accounts.setPassword(other.caller.organisation, username, secret),
        new UserNotFound({ username })
      )
    })
  },
  {
    name: "a disabled user fails to authenticate like one with a wrong password, until the user is enabled again",
    test: Effect.gen(function* () {
      const [{ accounts, caller, organisation, username }, other] = [yield* given, yield* given]
      const before = yield* accounts.authenticate({ organisation, username, password })
      const disable = accounts.disable(caller.organisation, username)
      yield* expectEqual(yield* disable, { caller, ended: 0, wasDisabled: false })
      const [first] = yield* accounts.users(caller.organisation, { limit: 100 })
      yield* Effect.sleep("5 millis")
      yield* expectEqual(yield* disable, { caller, ended: 0, wasDisabled: true })
      for (const secret of [password, Redacted.make("a wrong password")]) {
        yield* expectFailure(
          accounts.authenticate({ organisation, username, password: secret }),
          new InvalidCredentials()
        )
      }
      const disabled = [{ id: caller.user, username, disabled_at: first?.disabled_at }]
      yield* expectEqual(yield* accounts.users(caller.organisation, { limit: 100 }), disabled)
      yield* expectEqual(DateTime.isDateTime(first?.disabled_at), true)
      yield* expectEqual(yield* accounts.user(caller.organisation, username), caller)
      yield* authenticated({ organisation: other.organisation, username: other.username, password })

      const enable = accounts.enable(caller.organisation, username)
      yield* expectEqual([yield* enable, yield* enable], [caller, caller])
      const after = yield* accounts.authenticate({ organisation, username, password })
      yield* expectEqual([after.caller, after.revision === before.revision], [caller, false])
      const enabled = [{ id: caller.user, username, disabled_at: null }]
      yield* expectEqual(yield* accounts.users(caller.organisation, { limit: 100 }), enabled)
      yield* expectFailure(accounts.disable(other.caller.organisation, username), new UserNotFound({ username }))
      yield* expectFailure(accounts.enable(other.caller.organisation, username), new UserNotFound({ username }))
    })
  }
]
