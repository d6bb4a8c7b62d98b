import { DateTime, Effect, Exit } from "effect"
import { complete, view } from "../domain/Communication.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import { CommunicationNotFound, InvalidCredentials, NotDraft } from "../domain/Errors.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { LifeCycleState } from "../domain/LifeCycle.ts"
import { NewCompany } from "../domain/NewContactInformation.ts"
import type { Accounts } from "../ports/Accounts.ts"
import type { Attempts } from "../ports/Attempts.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { Sessions } from "../ports/Sessions.ts"
import { completeCommunication } from "../use-cases/CompleteCommunication.ts"
import { createCommunication } from "../use-cases/CreateCommunication.ts"
import { createContactInformation } from "../use-cases/CreateContactInformation.ts"
import { listCommunications } from "../use-cases/ListCommunications.ts"
import { logIn } from "../use-cases/LogIn.ts"
import { releaseToken } from "../use-cases/ReleaseToken.ts"
import { showCommunication, showHistory } from "../use-cases/ShowCommunication.ts"
import { showContactInformation } from "../use-cases/ShowContactInformation.ts"
import { viewCommunication } from "../use-cases/ViewCommunication.ts"
import { type Clause, expectEqual, expectFailure } from "./Clause.ts"
import { aDraft, anAct, freshCaller, freshToken, noon, store } from "./Fixtures.ts"
import { type Named, namesOf, type Tenant, twoTenants } from "./Tenants.ts"

type Ports = Accounts | Attempts | Communications | ContactInformations | Sessions

/** A method, asked with a token for what is named; those that name nothing are asked all the same. */
type Method = (token: Tenant["token"], named: Named) => Effect.Effect<unknown, unknown, Ports>

const anEmail = { direction: "OUTGOING", media: "EMAIL" } as const
const company = NewCompany.make({ type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" })

/** The methods that name a communication or a contact. */
const naming: Record<string, Method> = {
  completeCommunication: (token, { communication }) => completeCommunication({ token, identifier: communication }),
  viewCommunication: (token, { communication }) => viewCommunication({ token, identifier: communication }),
  showCommunication: (token, { communication }) => showCommunication({ token, identifier: communication }),
  showHistory: (token, { communication }) => showHistory({ token, identifier: communication }),
  createCommunication: (token, { contact }) => createCommunication({ token, contact_information: contact, ...anEmail }),
  listCommunications: (token, { contact }) => listCommunications({ token, contact_information: contact }),
  "listCommunications behind": (token, { communication: { id }, contact }) =>
    listCommunications({
      token,
      ...(id ? { life_cycle_state: "DRAFT", after: id } : { contact_information: contact })
    }),
  showContactInformation: (token, { contact }) => showContactInformation({ token, id: contact })
}

/** The methods that name nothing. */
const others: Record<string, Method> = {
  "listCommunications by state": (token) => listCommunications({ token, life_cycle_state: "DRAFT" }),
  createContactInformation: (token) => createContactInformation({ token, contact_information: company })
}

/** Everything that can be known of an organisation by its ports. */
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

/** That no organisation sees or changes anything of another; `stored` tells all that is stored of one. */
export const isolationContract = <E, R>(
  stored: (organisation: OrganisationId) => Effect.Effect<unknown, E, R>
): ReadonlyArray<Clause<Ports | R>> => {
  /** Asks with the token of one for whatever the other has; of the other nothing is told, and nothing changes. */
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
            const told = JSON.stringify(outcome)
            if (told.includes(theirs.mark))
              return yield* Effect.die(new Error(`tells of another organisation: ${told}`))
            if (!check(outcome, draft === theirs.twin, mine.mark)) {
              return yield* Effect.die(new Error(`is not of its own organisation: ${told}`))
            }
            yield* expectEqual(yield* stored(theirs.caller.organisation), before)
          }
        }
      }
    })

  return [
    ...Object.entries(naming).map(([name, method]) => ({
      name: `${name} finds of another organisation nothing, and its own under the same name`,
      test: isolated(method, (outcome, isTwin, mark) => {
        const told = JSON.stringify(outcome)
        if (!isTwin) return Exit.isFailure(outcome) && /(Communication|ContactInformation)NotFound/.test(told)
        return Exit.isSuccess(outcome) ? told.includes(mark) : told.includes("NotDraft")
      })
    })),
    ...Object.entries(others).map(([name, method]) => ({
      name: `${name} tells and changes nothing of another organisation`,
      test: isolated(method, () => true)
    })),
    {
      name: "logIn lets nobody into another organisation, though the users have the same name",
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
      name: "numbers that one organisation gives do not count for another",
      test: Effect.gen(function* () {
        const [mine, theirs] = yield* twoTenants
        const create = ({ token, twin }: Tenant) =>
          createCommunication({ token, contact_information: twin.contact_information.id, ...anEmail })
        for (let count = 0; count < 5; count++) yield* create(theirs)
        yield* expectEqual((yield* create(mine)).number, "1")
        yield* expectEqual((yield* create(theirs)).number, "6")
      })
    },
    {
      name: "a glance at a communication decides nothing, whatever happened since",
      test: Effect.gen(function* () {
        const [sessions, communications] = [yield* Sessions, yield* Communications]
        const [caller, token, draft, other, act] = [freshCaller(), freshToken(), aDraft("1"), aDraft("2"), anAct()]
        const { organisation } = caller
        yield* sessions.open(token, caller, DateTime.add(yield* DateTime.now, { days: 1 }))
        for (const communication of [draft, other]) yield* store(organisation, communication)
        const about: CommunicationIdentifier = { _tag: "Id", id: draft.id }
        const { glance, ...asker } = yield* sessions.authenticate(token, about)
        yield* expectEqual(asker, caller)
        const viewed = yield* communications.modify(organisation, about, view, act)
        const elsewhere = communications.modify(freshCaller().organisation, about, complete, act, glance)
        yield* expectFailure(elsewhere, new CommunicationNotFound({ identifier: about }))
        const another = { _tag: "Id", id: other.id } as const
        yield* expectEqual((yield* communications.modify(organisation, another, complete, act, glance)).id, other.id)
        yield* expectEqual(yield* communications.find(organisation, about), viewed)
        const completed = yield* communications.modify(organisation, about, complete, act, glance)
        yield* expectEqual(completed.viewed_on, viewed.viewed_on)
        const again = communications.modify(organisation, about, complete, act, glance)
        const { id, number } = draft
        yield* expectFailure(again, new NotDraft({ id, number, life_cycle_state: "COMPLETED" }))
      })
    }
  ]
}
