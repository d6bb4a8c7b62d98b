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
  "Communications: drafts created concurrently get unique numbers, different from those of added communications"

/** Adapters that add, find and number communications and contacts, each with a fault. */
export const brokenStoring = [
  communications(
    "truncates times to the second",
    "Communications: find returns an added communication unchanged, by id and by number",
    (sound) => ({
      find: (organisation, identifier) =>
        Effect.map(sound.find(organisation, identifier), (found) => ({
          ...found,
          created_at: DateTime.startOf(found.created_at, "second")
        }))
    })
  ),
  communications(
    "ignores a communication with an unknown contact without an error",
    "Communications: adding a communication with an unknown contact fails and stores nothing",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "ContactInformationNotFound", () => Effect.void)
    })
  ),
  communications(
    "fails with a defect if an unknown communication is viewed",
    "Communications: an unknown communication is not found, by id or by number",
    (sound) => ({
      view: (organisation, identifier, at) => Effect.orDie(sound.view(organisation, identifier, at))
    })
  ),
  communications(
    "finds the communications of every organisation",
    "Communications: a communication of another organisation is neither found nor changed",
    (sound) => {
      const organisations = new Set<OrganisationId>()
      return {
        add: (organisation, communication, act) => {
          organisations.add(organisation)
          return sound.add(organisation, communication, act)
        },
        find: (organisation, identifier) =>
          [...organisations].reduce(
            (attempt, other) => Effect.catch(attempt, () => sound.find(other, identifier)),
            sound.find(organisation, identifier)
          )
      }
    }
  ),
  communications(
    "returns before the step is stored",
    "Communications: two organisations can have separate communications with the same id and number",
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
    "Communications: the history of a communication added as completed begins with COMPLETED",
    (sound) => ({
      history: (organisation, id) =>
        Effect.map(
          sound.history(organisation, id),
          Array.map((entry) => ({ ...entry, to: entry.from === null ? ("DRAFT" as const) : entry.to }))
        )
    })
  ),
  communications(
    "ignores a duplicate number without an error",
    "Communications: adding a second communication with the same number fails and stores nothing",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "CommunicationExists", () => Effect.void)
    })
  ),
  communications(
    "ignores a duplicate id without an error",
    "Communications: adding a second communication with the same id fails and stores nothing",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "CommunicationExists", (error) =>
          communication.number === "42" ? Effect.void : Effect.fail(error)
        )
    })
  ),
  communications(
    "checks the number and adds the communication without a transaction",
    "Communications: of 16 communications added concurrently with the same number, exactly one is stored",
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
    "allows only one communication per contact",
    "Communications: communications with the same contact can be added concurrently",
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
    "returns a draft with an unknown contact without an error",
    "Communications: creating a draft with an unknown contact fails and stores nothing",
    (sound) => ({
      create: (organisation, draft, act) =>
        Effect.catchTag(sound.create(organisation, draft, act), "ContactInformationNotFound", () =>
          Effect.succeed(draft(CommunicationNumber.make("1")))
        )
    })
  ),
  communications("assigns a number twice", numbersClause, (sound) => {
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
  communications("assigns the number of an added communication", numbersClause, (sound) => {
    let last = 0
    return {
      create: (organisation, draft, act) =>
        sound.create(organisation, () => draft(CommunicationNumber.make(String(++last))), act)
    }
  }),
  communications(
    "assigns numbers that do not grow",
    "Communications: drafts created one after another get growing numbers",
    (sound) => ({
      create: (organisation, draft, act) =>
        sound.create(
          organisation,
          (number) => draft(CommunicationNumber.make(number.length > 1 ? `0.${number}` : number)),
          act
        )
    })
  ),
  contacts("unsets the title", "ContactInformations: find returns an added contact unchanged", (sound) => ({
    find: (organisation, id) => Effect.map(sound.find(organisation, id), (contact) => ({ ...contact, title: null }))
  })),
  contacts(
    "ignores the organisation",
    "ContactInformations: a contact that only another organisation has is not found",
    (sound) => {
      const all = freshOrganisation()
      return { add: (_, contact) => sound.add(all, contact), find: (_, id) => sound.find(all, id) }
    }
  ),
  contacts(
    "ignores a contact with an existing id without an error",
    "ContactInformations: of 16 contacts added concurrently with the same id, exactly one is stored",
    (sound) => ({
      add: (organisation, contact) =>
        Effect.catchTag(sound.add(organisation, contact), "ContactInformationExists", () => Effect.void)
    })
  ),
  contacts(
    "requires ids to be unique across organisations",
    "ContactInformations: two organisations can have separate contacts with the same id",
    (sound) => {
      const all = freshOrganisation()
      return {
        add: (organisation, contact) => Effect.andThen(sound.add(all, contact), sound.add(organisation, contact))
      }
    }
  )
]
