import { Duration, Effect, Exit } from "effect"
import { InvalidCredentials } from "../domain/errors/index.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { LifeCycleState } from "../domain/LifeCycle.ts"
import { NewCompany } from "../domain/NewContactInformation.ts"
import { completeCommunication } from "../operations/CompleteCommunication.ts"
import { createCommunication } from "../operations/CreateCommunication.ts"
import { createContactInformation } from "../operations/CreateContactInformation.ts"
import { listCommunications } from "../operations/ListCommunications.ts"
import { listContactInformation } from "../operations/ListContactInformation.ts"
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
import { freshToken } from "./Fixtures.ts"
import { type Target, type Tenant, targetsOf, twoTenants } from "./Tenants.ts"

/** The ports that `isolationContract` needs. */
export type IsolationPorts = Accounts | Attempts | Communications | ContactInformations | Sessions

/** Calls an operation with a token, on a communication or a contact if the operation takes one. */
type Method = (token: Tenant["token"], target: Target) => Effect.Effect<unknown, unknown, IsolationPorts>

/** The parameter that identifies the contact. */
const contactOf = ({ contact }: Pick<Target, "contact">) => ({ contact_information_identifier: { id: contact } })
const anEmail = { direction: "OUTGOING", media: "EMAIL" } as const
const company = NewCompany.make({ type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" })

/** The operations on a communication or a contact. */
const targeted: Record<string, Method> = {
  completeCommunication: (token, { communication: communication_identifier }) =>
    completeCommunication({ token, communication_identifier }),
  viewCommunication: (token, { communication: communication_identifier }) =>
    viewCommunication({ token, communication_identifier }),
  showCommunication: (token, { communication: communication_identifier }) =>
    showCommunication({ token, communication_identifier }),
  showHistory: (token, { communication: communication_identifier }) => showHistory({ token, communication_identifier }),
  createCommunication: (token, target) => createCommunication({ token, ...contactOf(target), ...anEmail }),
  listCommunications: (token, target) => listCommunications({ token, ...contactOf(target) }),
  "listCommunications after": (token, { communication: { id }, contact }) =>
    listCommunications({ token, ...(id ? { life_cycle_state: "DRAFT", after: id } : contactOf({ contact })) }),
  showContactInformation: (token, target) => showContactInformation({ token, ...contactOf(target) }),
  "listContactInformation after": (token, { contact }) => listContactInformation({ token, after: contact })
}

/** The operations without a target. */
const untargeted: Record<string, Method> = {
  "listCommunications by state": (token) => listCommunications({ token, life_cycle_state: "DRAFT" }),
  "listContactInformation by type": (token) => listContactInformation({ token, type: "PERSON" }),
  createContactInformation: (token) => createContactInformation({ token, ...company })
}

/** Returns all data of an organisation, as the ports return it. */
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

/** No organisation sees or changes data of another (decision 4). `stored` must return all data of an organisation. */
export const isolationContract = <E, R>(
  stored: (organisation: OrganisationId) => Effect.Effect<unknown, E, R>
): ReadonlyArray<Clause<IsolationPorts | R>> => {
  /** Calls a method with one tenant's token on the other's data; fails if it returns or changes any of that data. */
  const isolated = (
    method: Method,
    check: (exit: Exit.Exit<unknown, unknown>, isTwin: boolean, mark: string) => boolean
  ) =>
    Effect.gen(function* () {
      const pair = yield* twoTenants
      for (const [mine, theirs] of [pair, [pair[1], pair[0]] as const]) {
        const before = yield* stored(theirs.caller.organisation)
        for (const draft of [theirs.own, theirs.twin]) {
          for (const target of targetsOf(draft)) {
            const exit = yield* Effect.exit(method(mine.token, target))
            const printed = JSON.stringify(exit)
            if (printed.includes(theirs.mark)) {
              return yield* Effect.die(new Error(`the result shows data of another organisation: ${printed}`))
            }
            if (!check(exit, draft === theirs.twin, mine.mark)) {
              return yield* Effect.die(new Error(`the result is not from the caller's organisation: ${printed}`))
            }
            yield* expectEqual(yield* stored(theirs.caller.organisation), before)
          }
        }
      }
    })

  return [
    ...Object.entries(targeted).map(([name, method]) => ({
      name: `${name} finds only data of its own organisation, even under the same id or number`,
      test: isolated(method, (exit, isTwin, mark) => {
        const printed = JSON.stringify(exit)
        if (!isTwin) return Exit.isFailure(exit) && /(Communication|ContactInformation)NotFound/.test(printed)
        return Exit.isSuccess(exit) ? printed.includes(mark) : printed.includes("NotDraft")
      })
    })),
    ...Object.entries(untargeted).map(([name, method]) => ({
      name: `${name} neither shows nor changes data of another organisation`,
      test: isolated(method, () => true)
    })),
    {
      name: "logIn refuses the password of the user with the same name in another organisation",
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
      name: "releaseToken and releaseAll do not end sessions of another organisation",
      test: Effect.gen(function* () {
        const [mine, theirs] = yield* twoTenants
        const sessions = yield* Sessions
        yield* releaseToken({ token: mine.token })
        yield* sessions.open(freshToken(), mine.caller, Duration.zero)
        yield* sessions.releaseAll(mine.caller)
        yield* expectEqual(yield* sessions.authenticate(theirs.token), theirs.caller)
      })
    },
    {
      name: "the numbers of one organisation do not affect those of another",
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
