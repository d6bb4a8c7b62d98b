import { Array, Context, DateTime, Effect, Layer, Order, Result } from "effect"
import { type Communication, lifeCycleState } from "../domain/Communication.ts"
import { type CommunicationEvent, eventOf } from "../domain/CommunicationEvent.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import { CommunicationExists, CommunicationNotFound } from "../domain/errors/index.ts"
import { type CommunicationId, CommunicationNumber, EventId, type OrganisationId } from "../domain/Identity.ts"
import type { HistoryEntry } from "../domain/LifeCycle.ts"
import { creationEntry, decide, stepEntry } from "../domain/Steps.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { Events } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"
import { makeEvents } from "./Events.ts"

/** The communications of one organisation by id, their ids by number, their histories, and the last number given. */
interface Shelf {
  readonly communications: Map<CommunicationId, Communication>
  readonly ids: Map<CommunicationNumber, CommunicationId>
  readonly histories: Map<CommunicationId, ReadonlyArray<HistoryEntry>>
  last: number
}

const newestFirst = Order.flip(
  Order.combine(
    Order.mapInput(DateTime.Order, ({ created_at }: Communication) => created_at),
    Order.mapInput(Order.String, ({ id }: Communication) => id)
  )
)

const matches =
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
    const log: Array<CommunicationEvent> = []
    const shelves = new Map<OrganisationId, Shelf>()
    const shelfOf = (organisation: OrganisationId): Shelf => {
      const empty = { communications: new Map(), ids: new Map(), histories: new Map(), last: 0 }
      const shelf = shelves.get(organisation) ?? empty
      shelves.set(organisation, shelf)
      return shelf
    }
    // Other fibers may run at each `yield*`; an atomic change looks up, decides and puts without one in between.
    const put = (organisation: OrganisationId, after: Communication, entry: HistoryEntry, id: EventId) => {
      const shelf = shelfOf(organisation)
      const history = [...(shelf.histories.get(after.id) ?? []), entry]
      shelf.communications.set(after.id, after)
      shelf.ids.set(after.number, after.id)
      shelf.histories.set(after.id, history)
      log.push(eventOf(organisation, after, entry, { id, version: history.length }))
    }
    const lookUp = (
      organisation: OrganisationId,
      identifier: CommunicationIdentifier
    ): Result.Result<Communication, CommunicationNotFound> => {
      const { communications, ids } = shelfOf(organisation)
      const id = identifier._tag === "Id" ? identifier.id : ids.get(identifier.number)
      const communication = id && communications.get(id)
      return communication === undefined
        ? Result.fail(new CommunicationNotFound({ identifier }))
        : Result.succeed(communication)
    }
    const freshEventId = Effect.map(freshHex, (id) => EventId.make(id))

    const communications = Communications.of({
      add: Effect.fnUntraced(function* (organisation, communication, act) {
        const { id, number, contact_information } = communication
        yield* contacts.find(organisation, contact_information.id)
        const event = yield* freshEventId
        const shelf = shelfOf(organisation)
        if (shelf.communications.has(id) || shelf.ids.has(number)) return yield* new CommunicationExists({ id, number })
        put(organisation, communication, creationEntry(communication, act), event)
      }),
      create: Effect.fnUntraced(function* (organisation, draft, act) {
        const { contact_information } = draft(CommunicationNumber.make("0"))
        yield* contacts.find(organisation, contact_information.id)
        const event = yield* freshEventId
        const shelf = shelfOf(organisation)
        do shelf.last++
        while (shelf.ids.has(CommunicationNumber.make(String(shelf.last))))
        const made = draft(CommunicationNumber.make(String(shelf.last)))
        put(organisation, made, creationEntry(made, act), event)
        return made
      }),
      find: (organisation, identifier) => Effect.suspend(() => Effect.fromResult(lookUp(organisation, identifier))),
      list: (organisation, query) =>
        Effect.sync(() => {
          const { communications } = shelfOf(organisation)
          const found = Array.sort(Array.filter(communications.values(), matches(query)), newestFirst)
          const after = query.after && communications.get(query.after)
          const isBehind = (other: Communication) => after !== undefined && newestFirst(after, other) < 0
          const behind = query.after === undefined ? found : found.filter(isBehind)
          return behind.slice(query.offset, query.offset + query.limit)
        }),
      history: (organisation, id) => Effect.sync(() => shelfOf(organisation).histories.get(id) ?? []),
      take: Effect.fnUntraced(function* (organisation, identifier, step, act) {
        const event = yield* freshEventId
        const next = Result.flatMap(lookUp(organisation, identifier), (found) => decide(step)(found, act))
        if (Result.isSuccess(next)) put(organisation, next.success, stepEntry(step, act), event)
        return yield* Effect.fromResult(next)
      }),
      view: (organisation, identifier, at) =>
        Effect.suspend(() =>
          Effect.fromResult(
            Result.map(lookUp(organisation, identifier), (found) => {
              const viewed = { ...found, viewed_on: found.viewed_on ?? at }
              shelfOf(organisation).communications.set(viewed.id, viewed)
              return viewed
            })
          )
        )
    })
    return Context.make(Communications, communications).pipe(Context.add(Events, makeEvents(log)))
  })
)
