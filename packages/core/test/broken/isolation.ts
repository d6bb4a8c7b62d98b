import {
  Accounts,
  type Caller,
  CommunicationNumber,
  Communications,
  type ContactInformation,
  ContactInformations,
  type OrganisationId,
  Sessions
} from "@communications/core"
import { Array, Effect, Redacted } from "effect"
import { faulty } from "./Broken.ts"

const accounts = faulty(Accounts)
const communications = faulty(Communications)
const contacts = faulty(ContactInformations)
const sessions = faulty(Sessions)

const clauseOf = (operation: string) =>
  `Isolation: ${operation} finds only data of its own organisation, even under the same id or number`

/** Records organisations. `attempt` runs an effect for one organisation and, if it fails, for all recorded ones. */
const everywhere = () => {
  const known = new Set<OrganisationId>()
  return {
    known,
    attempt: <A, E>(own: OrganisationId, effect: (organisation: OrganisationId) => Effect.Effect<A, E>) =>
      [...known].reduce((attempt, other) => Effect.catch(attempt, () => effect(other)), effect(own))
  }
}

/** `Communications` with a method that finds the communications of every organisation. */
const reaching = (
  operation: string,
  method: (
    sound: typeof Communications.Service,
    attempt: ReturnType<typeof everywhere>["attempt"]
  ) => Partial<typeof Communications.Service>
) =>
  communications(`${operation} reaches every organisation`, clauseOf(operation), (sound) => {
    const { known, attempt } = everywhere()
    return {
      add: (organisation, communication, act) => {
        known.add(organisation)
        return sound.add(organisation, communication, act)
      },
      ...method(sound, attempt)
    }
  })

/** `ContactInformations` that finds the contacts of every organisation. */
const findingContacts = (operation: string) =>
  contacts(`${operation} finds the contacts of every organisation`, clauseOf(operation), (sound) => {
    const { known, attempt } = everywhere()
    return {
      add: (organisation, contact) => {
        known.add(organisation)
        return sound.add(organisation, contact)
      },
      find: (organisation, id) => attempt(organisation, (other) => sound.find(other, id))
    }
  })

const finding = (sound: typeof Communications.Service, attempt: ReturnType<typeof everywhere>["attempt"]) => ({
  find: (...[organisation, identifier]: Parameters<typeof sound.find>) =>
    attempt(organisation, (other) => sound.find(other, identifier))
})

/** Adapters that show or change data of another organisation. */
export const brokenIsolation = [
  reaching("completeCommunication", (sound, attempt) => ({
    take: (organisation, identifier, step, act) =>
      attempt(organisation, (other) => sound.take(other, identifier, step, act))
  })),
  reaching("viewCommunication", (sound, attempt) => ({
    view: (organisation, identifier, at) => attempt(organisation, (other) => sound.view(other, identifier, at))
  })),
  reaching("showCommunication", finding),
  reaching("showHistory", finding),
  reaching("listCommunications after", finding),
  contacts("finds the first contact with the id, in any organisation", clauseOf("createCommunication"), (sound) => {
    const first = new Map<string, ContactInformation>()
    return {
      add: (organisation, contact) => {
        first.set(contact.id, first.get(contact.id) ?? contact)
        return sound.add(organisation, contact)
      },
      find: (organisation, id) => Effect.map(sound.find(organisation, id), (found) => first.get(id) ?? found)
    }
  }),
  findingContacts("listCommunications"),
  findingContacts("showContactInformation"),
  findingContacts("listContactInformation after"),
  communications(
    "lists the drafts of every organisation",
    "Isolation: listCommunications by state neither shows nor changes data of another organisation",
    (sound) => {
      const { known } = everywhere()
      return {
        add: (organisation, communication, act) => {
          known.add(organisation)
          return sound.add(organisation, communication, act)
        },
        list: (_, query) =>
          Effect.map(
            Effect.forEach(known, (one) => sound.list(one, query)),
            Array.flatten
          )
      }
    }
  ),
  contacts(
    "lists the contacts of every organisation",
    "Isolation: listContactInformation by type neither shows nor changes data of another organisation",
    (sound) => {
      const { known } = everywhere()
      return {
        add: (organisation, contact) => {
          known.add(organisation)
          return sound.add(organisation, contact)
        },
        list: (_, query) =>
          Effect.map(
            Effect.forEach(known, (one) => sound.list(one, query)),
            Array.flatten
          )
      }
    }
  ),
  contacts(
    "finds the contact that was added last, in any organisation",
    "Isolation: createContactInformation neither shows nor changes data of another organisation",
    (sound) => {
      let last: ContactInformation | undefined
      return {
        add: (organisation, contact) => {
          last = contact
          return sound.add(organisation, contact)
        },
        find: (organisation, id) => Effect.map(sound.find(organisation, id), (found) => last ?? found)
      }
    }
  ),
  accounts(
    "accepts the password of any user with the same name",
    "Isolation: logIn refuses the password of the user with the same name in another organisation",
    (sound) => {
      const callers = new Map<string, Caller>()
      return {
        addUser: (caller, username, password) => {
          callers.set(username + Redacted.value(password), caller)
          return sound.addUser(caller, username, password)
        },
        authenticate: (credentials) => {
          const caller = callers.get(credentials.username + Redacted.value(credentials.password))
          return caller === undefined ? sound.authenticate(credentials) : Effect.succeed({ caller, revision: 1 })
        }
      }
    }
  ),
  sessions(
    "releases the sessions of all users",
    "Isolation: releaseToken and releaseAll do not end sessions of another organisation",
    (sound) => {
      const callers: Array<Caller> = []
      return {
        open: (token, caller, lifetime) => {
          callers.push(caller)
          return sound.open(token, caller, lifetime)
        },
        releaseAll: (caller) => Effect.tap(sound.releaseAll(caller), () => Effect.forEach(callers, sound.releaseAll))
      }
    }
  ),
  communications(
    "assigns numbers from one sequence for all organisations",
    "Isolation: the numbers of one organisation do not affect those of another",
    (sound) => {
      let last = 0
      return {
        create: (organisation, draft, act) =>
          sound.create(organisation, () => draft(CommunicationNumber.make(String(++last))), act)
      }
    }
  )
]
