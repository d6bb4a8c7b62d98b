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

const finds = (operation: string) =>
  `Isolation: ${operation} finds nothing of another organisation, and finds its own under the same name`

/** The organisations that have added something, and an effect that tries all of them where the first fails. */
const everywhere = () => {
  const known = new Set<OrganisationId>()
  return {
    known,
    attempt: <A, E>(own: OrganisationId, effect: (organisation: OrganisationId) => Effect.Effect<A, E>) =>
      [...known].reduce((attempt, other) => Effect.catch(attempt, () => effect(other)), effect(own))
  }
}

/** Communications, with one method that reaches those of every organisation. */
const reaching = (
  operation: string,
  method: (
    sound: typeof Communications.Service,
    attempt: ReturnType<typeof everywhere>["attempt"]
  ) => Partial<typeof Communications.Service>
) =>
  communications(`${operation} reaches every organisation`, finds(operation), (sound) => {
    const { known, attempt } = everywhere()
    return {
      add: (organisation, communication, act) => {
        known.add(organisation)
        return sound.add(organisation, communication, act)
      },
      ...method(sound, attempt)
    }
  })

/** Contacts, of which those of every organisation are found. */
const findingContacts = (operation: string) =>
  contacts(`${operation} finds the contacts of every organisation`, finds(operation), (sound) => {
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

/** Adapters that show or change something of another organisation. */
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
  contacts("finds the first contact of that id", finds("createCommunication"), (sound) => {
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
  communications(
    "lists the drafts of every organisation",
    "Isolation: listCommunications by state shows and changes nothing of another organisation",
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
    "finds the contact that was added last",
    "Isolation: createContactInformation shows and changes nothing of another organisation",
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
    "accepts the password of a user of the same name",
    "Isolation: logIn accepts no password of another organisation, though the users have the same name",
    (sound) => {
      const callers = new Map<string, Caller>()
      return {
        addUser: (caller, username, password) => {
          callers.set(username + Redacted.value(password), caller)
          return sound.addUser(caller, username, password)
        },
        authenticate: (credentials) => {
          const caller = callers.get(credentials.username + Redacted.value(credentials.password))
          return caller === undefined ? sound.authenticate(credentials) : Effect.succeed(caller)
        }
      }
    }
  ),
  sessions(
    "releases the sessions of all users",
    "Isolation: releaseToken, and releasing all sessions of a user, leave those of another organisation open",
    (sound) => {
      const callers: Array<Caller> = []
      return {
        open: (token, caller, expires_at) => {
          callers.push(caller)
          return sound.open(token, caller, expires_at)
        },
        releaseAll: (caller) => Effect.tap(sound.releaseAll(caller), () => Effect.forEach(callers, sound.releaseAll))
      }
    }
  ),
  communications(
    "counts numbers across organisations",
    "Isolation: the numbers of one organisation do not count for another",
    (sound) => {
      let last = 0
      return {
        create: (organisation, draft, act) =>
          sound.create(organisation, () => draft(CommunicationNumber.make(String(++last))), act)
      }
    }
  )
]
