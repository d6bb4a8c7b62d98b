import { Effect, Layer, Redacted } from "effect"
import type { Caller } from "../domain/Caller.ts"
import {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"

interface Account {
  readonly caller: Caller
  readonly password: Redacted.Redacted<string>
}

/** An in-memory `Accounts`, for tests and experiments. */
export const layerMemory: Layer.Layer<Accounts> = Layer.sync(Accounts, () => {
  const organisations = new Map<string, OrganisationId>()
  const users = new Map<OrganisationId, Map<string, Account>>()
  const accountOf = (organisation: OrganisationId | undefined, username: string): Account | undefined =>
    organisation && users.get(organisation)?.get(username)

  return Accounts.of({
    addOrganisation: Effect.fnUntraced(function* (id, name) {
      if (organisations.has(name) || users.has(id)) return yield* new OrganisationExists({ name })
      organisations.set(name, id)
      users.set(id, new Map())
    }),
    addUser: Effect.fnUntraced(function* (caller, username, password) {
      const members = users.get(caller.organisation)
      if (members === undefined) return yield* new OrganisationNotFound({ name: caller.organisation })
      const exists =
        members.has(username) || [...members.values()].some((account) => account.caller.user === caller.user)
      if (exists) return yield* new UserExists({ username })
      members.set(username, { caller, password })
    }),
    organisation: Effect.fnUntraced(function* (name) {
      const id = organisations.get(name)
      return id === undefined ? yield* new OrganisationNotFound({ name }) : id
    }),
    user: Effect.fnUntraced(function* (organisation, username) {
      const account = accountOf(organisation, username)
      return account === undefined ? yield* new UserNotFound({ username }) : account.caller
    }),
    authenticate: Effect.fnUntraced(function* ({ organisation, username, password }) {
      const account = accountOf(organisations.get(organisation), username)
      const isValid = account !== undefined && Redacted.value(account.password) === Redacted.value(password)
      return isValid ? account.caller : yield* new InvalidCredentials()
    })
  })
})
