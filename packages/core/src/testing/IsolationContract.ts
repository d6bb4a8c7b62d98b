import { Effect, Exit } from "effect"
import { InvalidCredentials } from "../domain/errors/index.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { LifeCycleState } from "../domain/LifeCycle.ts"
import { NewCompany } from "../domain/NewContactInformation.ts"
import { completeCommunication } from "../operations/CompleteCommunication.ts"
import { createCommunication } from "../operations/CreateCommunication.ts"
import { createContactInformation } from "../operations/CreateContactInformation.ts"
import { listCommunications } from "../operations/ListCommunications.ts"
import { logIn } from "../operations/LogIn.ts"
import { releaseToken } from "../operations/ReleaseToken.ts"
import { showCommunication, showHistory } from "../operations/ShowCommunication.ts"
import { showContactInformation } from "../operations/ShowContactInformation.ts"
import { viewCommunication } from "../operations/ViewCommunication.ts"
import type { Accounts } from "../ports/Accounts.ts"
import type { Attempts } from "../ports/Attempts.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { Sessions } from "../ports/Sessions.ts"
import { type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { freshToken, noon } from "./Fixtures.ts"
import { type Named, namesOf, type Tenant, twoTenants } from "./Tenants.ts"

type Ports = Accounts | Attempts | Communications | ContactInformations | Sessions

/** An operation, called with a token and the names that it takes, if any. */
type Method = (token: Tenant["token"], named: Named) => Effect.Effect<unknown, unknown, Ports>

/** The contact as an operation names it. */
const contactOf = ({ contact }: Pick<Named, "contact">) => ({ contact_information_identifier: { id: contact } })
const anEmail = { direction: "OUTGOING", media: "EMAIL" } as const
const company = NewCompany.make({ type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" })

/** The operations that name a communication or a contact. */
const naming: Record<string, Method> = {
  completeCommunication: (token, { communication: communication_identifier }) =>
    completeCommunication({ token, communication_identifier }),
  viewCommunication: (token, { communication: communication_identifier }) =>
    viewCommunication({ token, communication_identifier }),
  showCommunication: (token, { communication: communication_identifier }) =>
    showCommunication({ token, communication_identifier }),
  showHistory: (token, { communication: communication_identifier }) => showHistory({ token, communication_identifier }),
  createCommunication: (token, named) => createCommunication({ token, ...contactOf(named), ...anEmail }),
  listCommunications: (token, named) => listCommunications({ token, ...contactOf(named) }),
  "listCommunications after": (token, { communication: { id }, contact }) =>
    listCommunications({ token, ...(id ? { life_cycle_state: "DRAFT", after: id } : contactOf({ contact })) }),
  showContactInformation: (token, named) => showContactInformation({ token, ...contactOf(named) })
}

/** The operations that name nothing. */
const others: Record<string, Method> = {
  "listCommunications by state": (token) => listCommunications({ token, life_cycle_state: "DRAFT" }),
  createContactInformation: (token) => createContactInformation({ token, ...company })
}

/** Everything that the ports return of an organisation. */
export const storedByPorts = Effect.fnUntraced(function* (organisation: OrganisationId) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  const all = yield* Effect.forEach(LifeCycleState.literals, (life_cycle_state) =>
    communications.list(organisation, { life_cycle_state, offset: 0, limit: 100 })
  )
  return yield* Effect.forEach(all.flat(), (communication) =>
    Effect.all([
      Effect.succeed(communication),
      communications.history(organisation, communication.id),
      contacts.find(organisation, communication.contact_information.id)
    ])
  )
})

/** No organisation sees or changes anything of another; `stored` returns everything that is stored of one. */
export const isolationContract = <E, R>(
  stored: (organisation: OrganisationId) => Effect.Effect<unknown, E, R>
): ReadonlyArray<Clause<Ports | R>> => {
  /** Calls with the token of one for everything the other has; the answer shows nothing of the other, and nothing changes there. */
  const isolated = (
    method: Method,
    check: (outcome: Exit.Exit<unknown, unknown>, isTwin: boolean, mark: string) => boolean
  ) =>
    Effect.gen(function* () {
      const pair = yield* twoTenants
      for (const [mine, theirs] of [pair, [pair[1], pair[0]] as const]) {
        const before = yield* stored(theirs.caller.organisation)
        for (const draft of [theirs.own, theirs.twin]) {
          for (const named of namesOf(draft)) {
            const outcome = yield* Effect.exit(method(mine.token, named))
            const shown = JSON.stringify(outcome)
            if (shown.includes(theirs.mark)) return yield* Effect.die(new Error(`shows another organisation: ${shown}`))
            if (!check(outcome, draft === theirs.twin, mine.mark)) {
              return yield* Effect.die(new Error(`is not of its own organisation: ${shown}`))
            }
            yield* expectEqual(yield* stored(theirs.caller.organisation), before)
          }
        }
      }
    })

  return [
    ...Object.entries(naming).map(([name, method]) => ({
      name: `${name} finds nothing of another organisation, and finds its own under the same name`,
      test: isolated(method, (outcome, isTwin, mark) => {
        const shown = JSON.stringify(outcome)
        if (!isTwin) return Exit.isFailure(outcome) && /(Communication|ContactInformation)NotFound/.test(shown)
        return Exit.isSuccess(outcome) ? shown.includes(mark) : shown.includes("NotDraft")
      })
    })),
    ...Object.entries(others).map(([name, method]) => ({
      name: `${name} shows and changes nothing of another organisation`,
      test: isolated(method, () => true)
    })),
    {
      name: "logIn accepts no password of another organisation, though the users have the same name",
      test: Effect.gen(function* () {
        const [mine, theirs] = yield* twoTenants
        const mixed = { ...theirs.credentials, password: mine.credentials.password, address: null }
        yield* expectFailure(logIn(mixed), new InvalidCredentials())
        const sessions = yield* Sessions
        const token = yield* logIn({ ...mine.credentials, address: null })
        yield* expectEqual(yield* sessions.authenticate(token), mine.caller)
      })
    },
    {
      name: "releaseToken, and releasing all sessions of a user, leave those of another organisation open",
      test: Effect.gen(function* () {
        const [mine, theirs] = yield* twoTenants
        const sessions = yield* Sessions
        yield* releaseToken({ token: mine.token })
        yield* sessions.open(freshToken(), mine.caller, noon)
        yield* sessions.releaseAll(mine.caller)
        yield* expectEqual(yield* sessions.authenticate(theirs.token), theirs.caller)
      })
    },
    {
      name: "the numbers of one organisation do not count for another",
      test: Effect.gen(function* () {
        const [mine, theirs] = yield* twoTenants
        const create = ({ token, twin }: Tenant) =>
          createCommunication({ token, ...contactOf({ contact: twin.contact_information.id }), ...anEmail })
        for (let count = 0; count < 5; count++) yield* create(theirs)
        yield* expectEqual((yield* create(mine)).number, "1")
        yield* expectEqual((yield* create(theirs)).number, "6")
      })
    }
  ]
}
