import { Arbitrary, Effect, Predicate, Schema } from "effect"
import { CommunicationNotFound, IdempotencyKeyReused } from "../domain/errors/index.ts"
import type { OrganisationId } from "../domain/Identity.ts"
import { complete } from "../operations/CompleteCommunication.ts"
import { create } from "../operations/CreateCommunication.ts"
import { createContact } from "../operations/CreateContactInformation.ts"
import { Communications } from "../ports/Communications.ts"
import type { ContactInformations } from "../ports/ContactInformations.ts"
import type { Sessions } from "../ports/Sessions.ts"
import { type Clause, expectEqual, expectFailure, expectForAll, failureOf } from "./Clause.ts"
import { aDraft, aKey, freshCaller, store } from "./Fixtures.ts"

const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }

/** The ports that the guarantees need. */
export type IdempotencyPorts = Communications | ContactInformations | Sessions

const names = ["complete", "create", "createContact"] as const

/** Requests by operation, each with an optional key. */
type Requests = {
  readonly [Name in (typeof names)[number]]: (
    key?: string
  ) => Effect.Effect<{ readonly value: unknown; readonly replayed?: true }, unknown, IdempotencyPorts>
}

/** A draft of a new organisation, and a request for each operation that accepts a key. */
const given = Effect.gen(function* () {
  const caller = freshCaller()
  const draft = aDraft()
  yield* store(caller.organisation, draft)
  const letter = { direction: "INCOMING", media: "LETTER" }
  const contact_information_identifier = { id: draft.contact_information.id }
  const requests: Requests = {
    complete: (idempotencyKey) =>
      complete.call({ caller }, { communication_identifier: { id: draft.id } }, { idempotencyKey }),
    create: (idempotencyKey) =>
      create.call({ caller }, { contact_information_identifier, ...letter }, { idempotencyKey }),
    createContact: (idempotencyKey) => createContact.call({ caller }, ada, { idempotencyKey })
  }
  return { caller, draft, requests }
})

const idOf = (data: unknown): unknown => Predicate.hasProperty(data, "id") && data.id

/** The histories of all communications of an organisation. */
const effectsIn = Effect.fnUntraced(function* (organisation: OrganisationId) {
  const communications = yield* Communications
  const all = yield* Effect.forEach(["DRAFT", "COMPLETED"] as const, (life_cycle_state) =>
    communications.list(organisation, { life_cycle_state, offset: 0, limit: 100 })
  )
  return yield* Effect.forEach(all.flat(), ({ id }) => communications.history(organisation, id))
})

/** Repeating a request with an idempotency key has no second effect. */
export const idempotencyContract: ReadonlyArray<Clause<IdempotencyPorts>> = [
  {
    name: "whatever the order in which requests are repeated, each takes effect once and returns what it made",
    test: expectForAll(
      Arbitrary.array(Arbitrary.schema(Schema.Literals(names)), { maxLength: 8 }),
      Effect.fnUntraced(function* (order) {
        const { caller, requests } = yield* given
        const made = new Map<string, unknown>()
        for (const name of order) {
          const { value, replayed } = yield* requests[name](`key of ${name}`)
          yield* expectEqual(replayed, made.has(name) ? true : undefined)
          yield* expectEqual(value, made.get(name) ?? value)
          made.set(name, value)
        }
        const effects = yield* effectsIn(caller.organisation)
        yield* expectEqual(effects.length, made.has("create") ? 2 : 1)
        yield* expectEqual(effects.flat().length - effects.length, made.has("complete") ? 1 : 0)
      })
    )
  },
  {
    name: "a repeated request returns what the first one made as it is now",
    test: Effect.gen(function* () {
      const { caller, requests } = yield* given
      const { key } = aKey()
      const { value } = yield* requests.create(key)
      yield* complete.call({ caller }, { communication_identifier: { id: String(idOf(value)) } })
      const again = yield* requests.create(key)
      yield* expectEqual([idOf(again.value), again.replayed], [idOf(value), true])
      yield* expectEqual(
        Predicate.hasProperty(again.value, "life_cycle_state") && again.value.life_cycle_state,
        "COMPLETED"
      )
    })
  },
  {
    name: "of 16 concurrent requests with the same key, one takes effect and the others return what it made",
    test: Effect.gen(function* () {
      const { caller, requests } = yield* given
      for (const name of names) {
        const all = yield* Effect.forEach(Array.from({ length: 16 }), () => requests[name](name), {
          concurrency: "unbounded"
        })
        yield* expectEqual(all.filter(({ replayed }) => replayed === undefined).length, 1)
        yield* expectEqual(
          all.map(({ value }) => value),
          all.map(() => all[0]?.value)
        )
      }
      yield* expectEqual((yield* effectsIn(caller.organisation)).map(({ length }) => length).toSorted(), [1, 2])
    })
  },
  {
    name: "a key that was used for another request is refused, before the request is looked at",
    test: Effect.gen(function* () {
      const { caller, draft, requests } = yield* given
      const unknown = { communication_identifier: { id: aDraft().id } }
      for (const name of names) {
        const { key } = aKey()
        yield* requests[name](key)
        const reused = new IdempotencyKeyReused({ key })
        const others: ReadonlyArray<Effect.Effect<unknown, unknown, IdempotencyPorts>> = [
          ...names.filter((other) => other !== name).map((other) => requests[other](key)),
          complete.call({ caller }, { communication_identifier: { number: draft.number } }, { idempotencyKey: key }),
          complete.call({ caller }, unknown, { idempotencyKey: key }),
          createContact.call({ caller }, { ...ada, title: "Countess" }, { idempotencyKey: key })
        ]
        for (const other of others) yield* expectFailure(other, reused)
      }
      yield* expectEqual((yield* effectsIn(caller.organisation)).map(({ length }) => length).toSorted(), [1, 2])
    })
  },
  {
    name: "a refused request leaves its key unused",
    test: Effect.gen(function* () {
      const { caller, requests } = yield* given
      const { key } = aKey()
      const unknown = aDraft()
      const identifier = { communication_identifier: { id: unknown.id } }
      yield* requests.complete()
      yield* expectFailure(
        complete.call({ caller }, identifier, { idempotencyKey: key }),
        new CommunicationNotFound({ identifier: { id: unknown.id } })
      )
      yield* expectEqual(Predicate.isTagged(yield* failureOf(requests.complete(key)), "NotDraft"), true)
      yield* expectEqual((yield* requests.create(key)).replayed, undefined)
    })
  }
]
