import {
  CommunicationExists,
  CommunicationNumber,
  Communications,
  ContactInformations,
  decide,
  type OrganisationId
} from "@communications/core"
import { freshOrganisation } from "@communications/core/testing"
import { Array, DateTime, Effect } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const contacts = faulty(ContactInformations)

const numbersClause =
  "Communications: drafts that are created at once get numbers that no other has, added communications included"

/** Adapters that add, find and number communications, each with a fault. */
export const brokenStoring = [
  communications(
    "cuts times to the second",
    "Communications: an added communication comes back whole, by its id and by its number",
    (sound) => ({
      find: (organisation, identifier) =>
        Effect.map(sound.find(organisation, identifier), (found) => ({
          ...found,
          created_at: DateTime.startOf(found.created_at, "second")
        }))
    })
  ),
  communications(
    "succeeds in adding a communication without a contact",
    "Communications: a communication with a contact that is not stored is refused, and not stored",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "ContactInformationNotFound", () => Effect.void)
    })
  ),
  communications(
    "answers a view of an unknown communication with a defect",
    "Communications: an unknown communication is not found, by its id or by its number",
    (sound) => ({
      view: (organisation, identifier, at) => Effect.orDie(sound.view(organisation, identifier, at))
    })
  ),
  communications(
    "finds the communications of every organisation",
    "Communications: another organisation's communication is not found, and not changed",
    (sound) => {
      const organisations = new Set<OrganisationId>()
      return {
        add: (organisation, communication, act) => {
          organisations.add(organisation)
          return sound.add(organisation, communication, act)
        },
        find: (organisation, identifier) =>
          [...organisations].reduce(
            (finding, other) => Effect.catch(finding, () => sound.find(other, identifier)),
            sound.find(organisation, identifier)
          )
      }
    }
  ),
  communications(
    "returns before it has stored",
    "Communications: two organisations may have the same id and the same number: each has its own communication",
    (sound) => ({
      take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
        const found = yield* sound.find(organisation, identifier)
        if (found._tag !== step.from) return yield* sound.take(organisation, identifier, step, act)
        yield* Effect.forkDetach(Effect.delay(sound.take(organisation, identifier, step, act), "1 millis"))
        return yield* Effect.fromResult(decide(step)(found, act))
      })
    })
  ),
  communications(
    "records an added communication as a draft",
    "Communications: the history of a communication that was added as completed begins with COMPLETED",
    (sound) => ({
      history: (organisation, id) =>
        Effect.map(
          sound.history(organisation, id),
          Array.map((entry) => ({ ...entry, to: entry.from === null ? ("DRAFT" as const) : entry.to }))
        )
    })
  ),
  communications(
    "succeeds in adding a communication that it has refused",
    "Communications: a number is unique: the second communication is refused, and not stored",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "CommunicationExists", () => Effect.void)
    })
  ),
  communications(
    "replaces a communication of the same id",
    "Communications: an id is unique: the second communication is refused, and not stored",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "CommunicationExists", (error) =>
          communication.number === "42" ? Effect.void : Effect.fail(error)
        )
    })
  ),
  communications(
    "checks the number before it adds, not while",
    "Communications: of 16 communications added at once under one number exactly one is stored",
    (sound) => ({
      add: Effect.fnUntraced(function* (organisation, communication, act) {
        const { number } = communication
        const isFree = yield* Effect.isFailure(sound.find(organisation, { _tag: "Number", number }))
        yield* Effect.yieldNow
        const adding = sound.add(organisation, communication, act)
        yield* isFree ? Effect.catchTag(adding, "CommunicationExists", () => Effect.void) : adding
      })
    })
  ),
  communications(
    "allows a contact one communication",
    "Communications: many communications may have the same contact, added at once",
    (sound) => {
      const used = new Set<string>()
      return {
        add: (organisation, communication, act) => {
          const { id, number, contact_information } = communication
          if (used.has(contact_information.id)) return new CommunicationExists({ id, number })
          used.add(contact_information.id)
          return sound.add(organisation, communication, act)
        }
      }
    }
  ),
  communications(
    "creates a draft without a contact",
    "Communications: a draft with a contact that is not stored is not created",
    (sound) => ({
      create: (organisation, draft, act) =>
        Effect.catchTag(sound.create(organisation, draft, act), "ContactInformationNotFound", () =>
          Effect.succeed(draft(CommunicationNumber.make("1")))
        )
    })
  ),
  communications("gives a number twice", numbersClause, (sound) => {
    let last = 20
    return {
      create: Effect.fnUntraced(function* (organisation, draft, act) {
        const number = CommunicationNumber.make(String(last + 1))
        yield* Effect.yieldNow
        last++
        return yield* sound.create(organisation, () => draft(number), act)
      })
    }
  }),
  communications("gives the number of an added communication", numbersClause, (sound) => {
    let last = 0
    return {
      create: (organisation, draft, act) =>
        sound.create(organisation, () => draft(CommunicationNumber.make(String(++last))), act)
    }
  }),
  communications(
    "gives numbers that grow as text does",
    "Communications: the numbers of drafts that are created one after the other grow",
    (sound) => ({
      create: (organisation, draft, act) =>
        sound.create(
          organisation,
          (number) => draft(CommunicationNumber.make(number.length > 1 ? `0.${number}` : number)),
          act
        )
    })
  ),
  contacts("unsets the title", "ContactInformations: an added contact comes back whole", (sound) => ({
    find: (organisation, id) => Effect.map(sound.find(organisation, id), (contact) => ({ ...contact, title: null }))
  })),
  contacts(
    "ignores the organisation",
    "ContactInformations: an unknown contact, and a contact of another organisation, is not found",
    (sound) => {
      const all = freshOrganisation()
      return { add: (_, contact) => sound.add(all, contact), find: (_, id) => sound.find(all, id) }
    }
  ),
  contacts(
    "succeeds in adding a contact under a taken id",
    "ContactInformations: an id is unique: of 16 contacts added at once under one id exactly one is stored",
    (sound) => ({
      add: (organisation, contact) =>
        Effect.catchTag(sound.add(organisation, contact), "ContactInformationExists", () => Effect.void)
    })
  ),
  contacts(
    "has ids that are unique across organisations",
    "ContactInformations: two organisations may have a contact of the same id: each has its own",
    (sound) => {
      const all = freshOrganisation()
      return {
        add: (organisation, contact) => Effect.andThen(sound.add(all, contact), sound.add(organisation, contact))
      }
    }
  )
]
