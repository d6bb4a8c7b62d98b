import { Array, Context, DateTime, Effect, Layer, Order } from "effect"
import { type Communication, creationOf, lifeCycleState, transitionOf } from "../domain/Communication.ts"
import { CommunicationCompleted, isCompletion } from "../domain/CommunicationCompleted.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import { CommunicationExists, CommunicationNotFound } from "../domain/Errors.ts"
import { type CommunicationId, CommunicationNumber, EventId, type OrganisationId } from "../domain/Identity.ts"
import type { Transition } from "../domain/LifeCycle.ts"
import { Communications } from "./Communications.ts"
import { ContactInformations } from "./ContactInformations.ts"
import { Events } from "./Events.ts"
import { makeEvents } from "./EventsMemory.ts"
import { freshHex } from "./freshHex.ts"

/** What one organisation has: its communications by id, their ids by number, their histories, the last number given. */
interface Shelf {
  readonly communications: Map<CommunicationId, Communication>
  readonly ids: Map<CommunicationNumber, CommunicationId>
  readonly histories: Map<CommunicationId, ReadonlyArray<Transition>>
  last: number
}

const newestFirst = Order.flip(
  Order.combine(
    Order.mapInput(DateTime.Order, ({ created_at }: Communication) => created_at),
    Order.mapInput(Order.String, ({ id }: Communication) => id)
  )
)

const isAskedFor =
  ({ contact_information, life_cycle_state, direction, media }: CommunicationsQuery) =>
  (communication: Communication): boolean =>
    (contact_information ?? communication.contact_information.id) === communication.contact_information.id &&
    (life_cycle_state ?? lifeCycleState(communication)) === lifeCycleState(communication) &&
    (direction ?? communication.direction) === communication.direction &&
    (media ?? communication.media) === communication.media

/** Communications and their events in memory, for tests and for trying things out: gone with the process. */
export const layerMemory: Layer.Layer<Communications | Events, never, ContactInformations> = Layer.effectContext(
  Effect.gen(function* () {
    const contacts = yield* ContactInformations
    const { events, record } = makeEvents()
    const shelves = new Map<OrganisationId, Shelf>()
    const shelfOf = (organisation: OrganisationId): Shelf => {
      const empty = { communications: new Map(), ids: new Map(), histories: new Map(), last: 0 }
      const shelf = shelves.get(organisation) ?? empty
      shelves.set(organisation, shelf)
      return shelf
    }
    const put = (shelf: Shelf, after: Communication, step: Transition | null) => {
      shelf.communications.set(after.id, after)
      shelf.ids.set(after.number, after.id)
      if (step !== null) shelf.histories.set(after.id, [...(shelf.histories.get(after.id) ?? []), step])
    }
    const find = Effect.fnUntraced(function* (organisation: OrganisationId, identifier: CommunicationIdentifier) {
      const { communications, ids } = shelfOf(organisation)
      const id = identifier._tag === "Id" ? identifier.id : ids.get(identifier.number)
      const communication = id && communications.get(id)
      return communication === undefined ? yield* new CommunicationNotFound({ identifier }) : communication
    })

    const communications = Communications.of({
      add: Effect.fnUntraced(function* (organisation, communication, act) {
        const { id, number, contact_information } = communication
        yield* contacts.find(organisation, contact_information.id)
        const shelf = shelfOf(organisation)
        if (shelf.communications.has(id) || shelf.ids.has(number)) return yield* new CommunicationExists({ id, number })
        put(shelf, communication, creationOf(communication, act))
      }),
      create: Effect.fnUntraced(function* (organisation, draft, act) {
        const shelf = shelfOf(organisation)
        do shelf.last++
        while (shelf.ids.has(CommunicationNumber.make(String(shelf.last))))
        const made = draft(CommunicationNumber.make(String(shelf.last)))
        yield* contacts.find(organisation, made.contact_information.id)
        put(shelf, made, creationOf(made, act))
        return made
      }),
      find,
      list: (organisation, query) =>
        Effect.sync(() => {
          const { communications } = shelfOf(organisation)
          const found = Array.sort(Array.filter(communications.values(), isAskedFor(query)), newestFirst)
          const after = query.after && communications.get(query.after)
          const isBehind = (other: Communication) => after !== undefined && newestFirst(after, other) < 0
          const behind = query.after === undefined ? found : found.filter(isBehind)
          return behind.slice(query.offset, query.offset + query.limit)
        }),
      history: (organisation, id) => Effect.sync(() => shelfOf(organisation).histories.get(id) ?? []),
      modify: Effect.fnUntraced(function* (organisation, identifier, transition, act) {
        const communication = yield* find(organisation, identifier)
        const id = EventId.make(yield* freshHex)
        const next = yield* Effect.fromResult(transition(communication, act))
        const step = transitionOf(communication, next, act)
        put(shelfOf(organisation), next, step)
        if (step !== null && isCompletion(step)) {
          record(new CommunicationCompleted({ id, payload_version: 1, organisation, communication: next.id, ...act }))
        }
        return next
      })
    })
    return Context.make(Communications, communications).pipe(Context.add(Events, events))
  })
)
