import {
  type Act,
  type Communication,
  type CommunicationId,
  CommunicationNotFound,
  CommunicationNumber,
  Communications,
  ContactInformations,
  Draft,
  type OrganisationId,
  type Transition
} from "@communications/core"
import { freshOrganisation } from "@communications/core/testing"
import { Array, DateTime, Effect, Order, Result } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const contacts = faulty(ContactInformations)

/** Steps beside those that the sound adapter has recorded. */
const invented = (sound: typeof Communications.Service) => {
  const steps = new Map<CommunicationId, ReadonlyArray<Transition>>()
  return {
    step: (id: CommunicationId, act: Act) =>
      steps.set(id, [...(steps.get(id) ?? []), { from: "DRAFT", to: "COMPLETED", ...act }]),
    history: (organisation: OrganisationId, id: CommunicationId) =>
      Effect.map(sound.history(organisation, id), (found) => [...found, ...(steps.get(id) ?? [])])
  }
}

const listClause =
  "Communications: a list has what is asked for, in every combination, newest first, of its organisation only"
const pageClause = "Communications: pages, by offset and by what they are behind, have everything once, in order"

/** Adapters of communications and of contact information, each with a fault. */
export const brokenCommunications = [
  communications(
    "cuts times to the second",
    "Communications: whatever is added comes back whole, by its id and by its number",
    (sound) => ({
      find: Effect.fnUntraced(function* (organisation, identifier) {
        const found = yield* sound.find(organisation, identifier)
        if (found._tag === "Completed") return found
        const { _tag, ...members } = found
        return Draft.make({ ...members, created_at: DateTime.startOf(members.created_at, "second") })
      })
    })
  ),
  communications("loses a refusal", "Communications: a refusal is the failure, and changes nothing", (sound) => ({
    modify: (organisation, identifier, transition, act) =>
      Effect.mapError(
        sound.modify(organisation, identifier, transition, act),
        () => new CommunicationNotFound({ identifier: { id: "lost" } })
      )
  })),
  communications(
    "writes the step though the transition was refused",
    "Communications: a refusal is the failure, and changes nothing",
    (sound) => {
      const { step, history } = invented(sound)
      return {
        modify: (organisation, identifier, transition, act) =>
          sound.modify(
            organisation,
            identifier,
            (communication, act) => {
              const next = transition(communication, act)
              if (Result.isFailure(next)) step(communication.id, act)
              return next
            },
            act
          ),
        history
      }
    }
  ),
  communications(
    "writes a step where the state stays what it was",
    "Communications: each change of state leaves its step in the history, and nothing else does",
    (sound) => {
      const { step, history } = invented(sound)
      return {
        modify: (organisation, identifier, transition, act) =>
          Effect.tap(sound.modify(organisation, identifier, transition, act), ({ id, _tag }) =>
            Effect.sync(() => _tag === "Draft" && step(id, act))
          ),
        history
      }
    }
  ),
  communications(
    "forgets the history step",
    "Communications: each change of state leaves its step in the history, and nothing else does",
    (sound) => ({
      history: (organisation, id) => Effect.map(sound.history(organisation, id), (steps) => steps.slice(0, 1))
    })
  ),
  communications(
    "writes the step after the change",
    "Communications: a modification that is interrupted has happened whole or not at all",
    (sound) => {
      const written = new Map<CommunicationId, number>()
      return {
        modify: (organisation, identifier, transition, act) =>
          sound.modify(organisation, identifier, transition, act).pipe(
            Effect.tap(() => Effect.sleep("1 millis")),
            Effect.tap(({ id }) => Effect.sync(() => written.set(id, (written.get(id) ?? 0) + 1)))
          ),
        history: (organisation, id) =>
          Effect.map(sound.history(organisation, id), (steps) => steps.slice(0, 1 + (written.get(id) ?? 0)))
      }
    }
  ),
  communications(
    "two winners: reads, decides, and then writes",
    "Communications: of 64 concurrent completions exactly one wins, and leaves one step",
    (sound) => ({
      modify: Effect.fnUntraced(function* (organisation, identifier, transition, act) {
        const next = yield* Effect.fromResult(transition(yield* sound.find(organisation, identifier), act))
        yield* Effect.yieldNow
        return yield* sound.modify(organisation, identifier, () => Result.succeed(next), act)
      })
    })
  ),
  communications(
    "loses an update: reads, decides, and then writes",
    "Communications: of 64 concurrent modifications none is lost",
    (sound) => ({
      modify: Effect.fnUntraced(function* (organisation, identifier, transition, act) {
        const next = yield* Effect.fromResult(transition(yield* sound.find(organisation, identifier), act))
        yield* Effect.yieldNow
        return yield* sound.modify(organisation, identifier, () => Result.succeed(next), act)
      })
    })
  ),
  communications(
    "answers before it has stored",
    "Communications: two organisations may have the same id and the same number: each has its own communication",
    (sound) => ({
      modify: Effect.fnUntraced(function* (organisation, identifier, transition, act) {
        const next = yield* Effect.fromResult(transition(yield* sound.find(organisation, identifier), act))
        const storing = sound.modify(organisation, identifier, () => Result.succeed(next), act)
        yield* Effect.forkDetach(Effect.delay(storing, "1 millis"))
        return next
      })
    })
  ),
  communications(
    "takes a transition that throws for a missing communication",
    "Communications: a transition that throws is a defect, and changes nothing",
    (sound) => ({
      modify: (organisation, identifier, transition, act) =>
        Effect.catchDefect(
          sound.modify(organisation, identifier, transition, act),
          () => new CommunicationNotFound({ identifier: { id: "thrown" } })
        )
    })
  ),
  communications(
    "stores the changed number",
    "Communications: a transition that makes another communication of it is a defect, and changes nothing",
    (sound) => {
      const changed = new Map<CommunicationId, Communication>()
      return {
        find: (organisation, identifier) =>
          Effect.map(sound.find(organisation, identifier), (found) => changed.get(found.id) ?? found),
        modify: Effect.fnUntraced(function* (organisation, identifier, transition, act) {
          const found = yield* sound.find(organisation, identifier)
          const next = yield* Effect.fromResult(transition(found, act))
          if (next.number === found.number) return yield* sound.modify(organisation, identifier, transition, act)
          changed.set(found.id, next)
          return next
        })
      }
    }
  ),
  communications(
    "ignores the changed number, and says nothing",
    "Communications: a transition that makes another communication of it is a defect, and changes nothing",
    (sound) => ({
      modify: (organisation, identifier, transition, act) =>
        sound.modify(
          organisation,
          identifier,
          (found, act) => Result.map(transition(found, act), (next) => ({ ...next, number: found.number })),
          act
        )
    })
  ),
  communications(
    "finds what another organisation has",
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
  communications("lists what another organisation has", listClause, (sound) => {
    const organisations = new Set<OrganisationId>()
    return {
      add: (organisation, communication, act) => {
        organisations.add(organisation)
        return sound.add(organisation, communication, act)
      },
      list: (_, query) =>
        Effect.map(
          Effect.forEach(organisations, (one) => sound.list(one, query)),
          Array.flatten
        )
    }
  }),
  communications(
    "says that it has added what it refused",
    "Communications: a number is given once: the second communication is refused, and not stored",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "CommunicationExists", () => Effect.void)
    })
  ),
  communications(
    "says that it has added a communication with nobody",
    "Communications: a communication with a contact that is not stored is refused, and not stored",
    (sound) => ({
      add: (organisation, communication, act) =>
        Effect.catchTag(sound.add(organisation, communication, act), "ContactInformationNotFound", () => Effect.void)
    })
  ),
  communications(
    "says that it has created a draft with nobody",
    "Communications: a draft with a contact that is not stored is not created",
    (sound) => ({
      create: (organisation, draft, act) =>
        Effect.catchTag(sound.create(organisation, draft, act), "ContactInformationNotFound", () =>
          Effect.succeed(draft(CommunicationNumber.make("1")))
        )
    })
  ),
  communications(
    "records what was imported as completed here",
    "Communications: what is added completed was created completed",
    (sound) => ({
      history: (organisation, id) =>
        Effect.map(
          sound.history(organisation, id),
          Array.map((step) => ({ ...step, to: step.from === null ? ("DRAFT" as const) : step.to }))
        )
    })
  ),
  communications(
    "gives a number twice",
    "Communications: drafts that are created at once get numbers that nothing else has, added communications included",
    (sound) => {
      let last = 20
      return {
        create: Effect.fnUntraced(function* (organisation, draft, act) {
          const number = CommunicationNumber.make(String(last + 1))
          yield* Effect.yieldNow
          last++
          return yield* sound.create(organisation, () => draft(number), act)
        })
      }
    }
  ),
  communications(
    "gives a number that what was added has",
    "Communications: drafts that are created at once get numbers that nothing else has, added communications included",
    (sound) => {
      let last = 0
      return {
        create: (organisation, draft, act) =>
          sound.create(organisation, () => draft(CommunicationNumber.make(String(++last))), act)
      }
    }
  ),
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
  communications("lists oldest first", listClause, (sound) => ({
    list: (organisation, query) => Effect.map(sound.list(organisation, query), Array.reverse)
  })),
  communications("forgets the order of what was created at the same moment", listClause, (sound) => ({
    list: (organisation, query) =>
      Effect.map(
        sound.list(organisation, query),
        Array.sort(
          Order.combine(
            Order.mapInput(Order.flip(DateTime.Order), ({ created_at }: Communication) => created_at),
            Order.mapInput(Order.String, ({ id }: Communication) => id)
          )
        )
      )
  })),
  communications("returns more than the limit", pageClause, (sound) => ({
    list: (organisation, query) => sound.list(organisation, { ...query, limit: query.limit + 1 })
  })),
  communications("offset off by one", pageClause, (sound) => ({
    list: (organisation, query) => sound.list(organisation, { ...query, offset: Math.max(query.offset - 1, 0) })
  })),
  communications("ignores what a page is behind", pageClause, (sound) => ({
    list: (organisation, { after: _, ...query }) => sound.list(organisation, query)
  })),
  communications(
    "starts from the newest behind what there is not",
    "Communications: behind what the organisation does not have there is nothing",
    (sound) => ({
      list: (organisation, query) =>
        Effect.flatMap(sound.list(organisation, query), (found) =>
          found.length > 0 ? Effect.succeed(found) : sound.list(organisation, { ...query, after: undefined })
        )
    })
  ),
  contacts(
    "ignores the organisation",
    "ContactInformations: what nobody added is not found, and neither is what another organisation has",
    (sound) => {
      const all = freshOrganisation()
      return { add: (_, contact) => sound.add(all, contact), find: (_, id) => sound.find(all, id) }
    }
  ),
  contacts(
    "gives an id twice, and says nothing",
    "ContactInformations: an id is given once: of 16 contacts added at once under one id exactly one is stored",
    (sound) => ({
      add: (organisation, contact) =>
        Effect.catchTag(sound.add(organisation, contact), "ContactInformationExists", () => Effect.void)
    })
  )
]
