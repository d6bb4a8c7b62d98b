import { Array, Clock, Context, DateTime, Effect, Layer, Order, Redacted } from "effect"
import type { Caller } from "../domain/Caller.ts"
import {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import type { Name, OrganisationId } from "../domain/Identity.ts"
import { Accounts, type NamesPage, type User } from "../ports/Accounts.ts"
import { Sessions } from "../ports/Sessions.ts"
import { makeSessions } from "./Sessions.ts"

interface Account extends User {
  readonly caller: Caller
  readonly password: Redacted.Redacted<string>
  readonly revision: number
}

/** The page of these elements, ordered by name. */
const pageByName = <A>(all: Iterable<A>, nameOf: (element: A) => Name, { after, limit }: NamesPage) =>
  Array.sort(all, Order.mapInput(Order.String, nameOf))
    .filter((element) => after === undefined || nameOf(element) > after)
    .slice(0, limit)

/** In-memory `Accounts` and `Sessions`, for tests and experiments. */
export const layerMemory: Layer.Layer<Accounts | Sessions> = Layer.effectContext(
  Effect.map(Clock.Clock, (clock) => {
    const organisations = new Map<string, { readonly id: OrganisationId; readonly name: Name }>()
    const users = new Map<OrganisationId, Map<string, Account>>()
    const usersOf = (organisation: OrganisationId) => [...(users.get(organisation)?.values() ?? [])]
    const accountOf = (organisation: OrganisationId | undefined, username: string): Account | undefined =>
      organisation && users.get(organisation)?.get(username)

    /** Changes an account, and returns it as it was before. */
    const change = Effect.fnUntraced(function* (
      organisation: OrganisationId,
      username: string,
      changeOf: (account: Account) => Partial<Account>
    ) {
      const account = accountOf(organisation, username)
      if (account === undefined) return yield* new UserNotFound({ username })
      users.get(organisation)?.set(username, { ...account, ...changeOf(account) })
      return account
    })

    const revisionOf = ({ organisation, user }: Caller) => usersOf(organisation).find(({ id }) => id === user)?.revision
    const sessions = makeSessions(clock, revisionOf)
    const endSessions = ({ caller }: Account) => Effect.map(sessions.releaseAll(caller), (ended) => ({ caller, ended }))

    const accounts = Accounts.of({
      addOrganisation: Effect.fnUntraced(function* (id, name) {
        if (organisations.has(name) || users.has(id)) return yield* new OrganisationExists({ name })
        organisations.set(name, { id, name })
        users.set(id, new Map())
      }),
      addUser: Effect.fnUntraced(function* (caller, username, password) {
        const members = users.get(caller.organisation)
        if (members === undefined) return yield* new OrganisationNotFound({ name: caller.organisation })
        const exists = members.has(username) || [...members.values()].some(({ id }) => id === caller.user)
        if (exists) return yield* new UserExists({ username })
        members.set(username, { id: caller.user, username, disabled_at: null, caller, password, revision: 1 })
      }),
      organisation: Effect.fnUntraced(function* (name) {
        const organisation = organisations.get(name)
        return organisation === undefined ? yield* new OrganisationNotFound({ name }) : organisation.id
      }),
      user: Effect.fnUntraced(function* (organisation, username) {
        const account = accountOf(organisation, username)
        return account === undefined ? yield* new UserNotFound({ username }) : account.caller
      }),
      organisations: (page) => Effect.sync(() => pageByName(organisations.values(), ({ name }) => name, page)),
      users: (organisation, page) =>
        Effect.sync(() =>
          pageByName(usersOf(organisation), ({ username }) => username, page).map(({ id, username, disabled_at }) => ({
            id,
            username,
            disabled_at
          }))
        ),
      usernames: (organisation, ids) =>
        Effect.sync(() => {
          const members = usersOf(organisation)
          return new Map(members.filter(({ id }) => ids.includes(id)).map(({ id, username }) => [id, username]))
        }),
      setPassword: (organisation, username, password) =>
        Effect.flatMap(
          change(organisation, username, ({ revision }) => ({ password, revision: revision + 1 })),
          endSessions
        ),
      disable: Effect.fnUntraced(function* (organisation, username) {
        const before = yield* change(organisation, username, ({ disabled_at, revision }) => ({
          disabled_at: disabled_at ?? DateTime.makeUnsafe(clock.currentTimeMillisUnsafe()),
          revision: revision + 1
        }))
        return { ...(yield* endSessions(before)), wasDisabled: before.disabled_at !== null }
      }),
      enable: (organisation, username) =>
        Effect.map(
          change(organisation, username, () => ({ disabled_at: null })),
          ({ caller }) => caller
        ),
      authenticate: Effect.fnUntraced(function* ({ organisation, username, password }) {
        const account = accountOf(organisations.get(organisation)?.id, username)
        const isValid = account !== undefined && Redacted.value(account.password) === Redacted.value(password)
        if (!isValid || account.disabled_at !== null) return yield* new InvalidCredentials()
        return { caller: account.caller, revision: account.revision }
      })
    })
    return Context.make(Accounts, accounts).pipe(Context.add(Sessions, sessions))
  })
)
