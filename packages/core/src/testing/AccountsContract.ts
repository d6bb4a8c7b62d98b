import { Effect, Redacted, Result } from "effect"
import {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import { Name } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
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

/** The guarantees of `Accounts`, which every adapter must pass. */
export const accountsContract: ReadonlyArray<Clause<Accounts>> = [
  {
    name: "every character of a password counts, and any character is allowed",
    test: Effect.gen(function* () {
      const { accounts, caller, organisation, username } = yield* given
      yield* expectEqual(yield* accounts.authenticate({ organisation, username, password }), caller)
      for (const text of [" ", "π\u0301 ☃ 🔑", "x".repeat(1000)]) {
        const [other, name, secret] = [{ ...caller, user: freshCaller().user }, freshName(), Redacted.make(text)]
        yield* accounts.addUser(other, name, secret)
        yield* expectEqual(yield* accounts.authenticate({ organisation, username: name, password: secret }), other)
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
      const unknownName = freshName()
      yield* expectEqual(yield* accounts.organisation(organisation), caller.organisation)
      yield* expectEqual(yield* accounts.user(caller.organisation, username), caller)
      yield* expectFailure(accounts.organisation(unknownName), new OrganisationNotFound({ name: unknownName }))
      yield* expectFailure(accounts.user(caller.organisation, unknownName), new UserNotFound({ username: unknownName }))
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
      yield* expectEqual(yield* accounts.authenticate({ organisation, username, password }), caller)
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
      yield* expectEqual(
        yield* accounts.authenticate({ organisation: other.organisation, username, password: secret }),
        caller
      )
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
  }
]
