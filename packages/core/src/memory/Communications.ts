import { Array, Clock, Context, DateTime, Effect, Layer, Order, Result } from "effect"
import { type Communication, lifeCycleState } from "../domain/Communication.ts"
import { type CommunicationEvent, eventOf } from "../domain/CommunicationEvent.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { CommunicationsQuery } from "../domain/CommunicationsQuery.ts"
import { CommunicationExists, CommunicationNotFound } from "../domain/errors/index.ts"
import { type CommunicationId, CommunicationNumber, EventId, type OrganisationId } from "../domain/Identity.ts"
import type { Act, HistoryEntry } from "../domain/LifeCycle.ts"
import { creationEntry, decide, stepEntry } from "../domain/Steps.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { Events } from "../ports/Events.ts"
import { freshHex } from "../ports/freshHex.ts"
import { makeEvents } from "./Events.ts"
import { type Keys, makeKeys } from "./Keys.ts"

/** The communications of one organisation. */
interface Store {
  readonly communications: Map<CommunicationId, Communication>
  readonly ids: Map<CommunicationNumber, CommunicationId>
  readonly histories: Map<CommunicationId, ReadonlyArray<HistoryEntry>>
  /** The communications that acts with an idempotency key created or changed. */
  readonly keys: Keys<CommunicationId>
  /** The last number that `create` assigned. */
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

/** In-memory `Communications` and `Events`, for tests and experiments. */
export const layerMemory: Layer.Layer<Communications | Events, never, ContactInformations> = Layer.effectContext(
  Effect.gen(function* () {
    const contacts = yield* ContactInformations
    const log: Array<CommunicationEvent> = []
    const stores = new Map<OrganisationId, Store>()
    const storeOf = (organisation: OrganisationId): Store => {
      const empty = {
        communications: new Map(),
        ids: new Map(),
        histories: new Map(),
        keys: makeKeys<CommunicationId>(),
        last: 0
      }
      const store = stores.get(organisation) ?? empty
      stores.set(organisation, store)
      return store
    }
    // Another fiber may run at each `yield*`, so an atomic change has none between its look-up and its `put`.
    const put = (organisation: OrganisationId, after: Communication, entry: HistoryEntry, act: Act, id: EventId) => {
      const store = storeOf(organisation)
      store.keys.put(act, after.id)
      const history = [...(store.histories.get(after.id) ?? []), entry]
      store.communications.set(after.id, after)
      store.ids.set(after.number, after.id)
      store.histories.set(after.id, history)
      log.push(eventOf(organisation, after, entry, { id, version: after.version }))
    }
    const lookUp = (
      organisation: OrganisationId,
      identifier: CommunicationIdentifier
    ): Result.Result<Communication, CommunicationNotFound> => {
      const { communications, ids } = storeOf(organisation)
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
        const store = storeOf(organisation)
        if (store.communications.has(id) || store.ids.has(number)) return yield* new CommunicationExists({ id, number })
        yield* store.keys.requireUnused(act)
        put(organisation, communication, creationEntry(communication, act), act, event)
      }),
      create: Effect.fnUntraced(function* (organisation, draft, act) {
        const { contact_information } = draft(CommunicationNumber.make("0"))
        yield* contacts.find(organisation, contact_information.id)
        const event = yield* freshEventId
        const store = storeOf(organisation)
        yield* store.keys.requireUnused(act)
        do store.last++
        while (store.ids.has(CommunicationNumber.make(String(store.last))))
        const created = draft(CommunicationNumber.make(String(store.last)))
        put(organisation, created, creationEntry(created, act), act, event)
        return created
      }),
      findByKey: (organisation, by, key) =>
        Effect.sync(() => {
          const { communications, keys } = storeOf(organisation)
          return keys.find(by, key, (id) => communications.get(id))
        }),
      find: (organisation, identifier) => Effect.suspend(() => Effect.fromResult(lookUp(organisation, identifier))),
      list: (organisation, query) =>
        Effect.sync(() => {
          const { communications } = storeOf(organisation)
          const found = Array.sort(Array.filter(communications.values(), matches(query)), newestFirst)
          const after = query.after && communications.get(query.after)
          const follows = (other: Communication) => after !== undefined && newestFirst(after, other) < 0
          const rest = query.after === undefined ? found : found.filter(follows)
          return rest.slice(query.offset, query.offset + query.limit)
        }),
      history: (organisation, id) => Effect.sync(() => storeOf(organisation).histories.get(id) ?? []),
      take: Effect.fnUntraced(function* (organisation, identifier, step, act, options) {
        const event = yield* freshEventId
        const next = yield* Effect.fromResult(
          Result.flatMap(lookUp(organisation, identifier), (found) => {
            const last = storeOf(organisation).histories.get(found.id)?.at(-1)
            return decide(step)(found, act, options, last?.request_id)
          })
        )
        yield* storeOf(organisation).keys.requireUnused(act)
        put(organisation, next, stepEntry(step, act), act, event)
        return next
      }),
      view: (organisation, identifier, at) =>
        Effect.suspend(() =>
          Effect.fromResult(
            Result.map(lookUp(organisation, identifier), (found) => {
              const viewed = { ...found, viewed_on: found.viewed_on ?? at }
              storeOf(organisation).communications.set(viewed.id, viewed)
              return viewed
            })
          )
        )
    })
    return Context.make(Communications, communications).pipe(Context.add(Events, makeEvents(log, yield* Clock.Clock)))
  })
)
