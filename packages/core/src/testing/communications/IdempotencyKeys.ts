import { Effect, Result } from "effect"
import type { Communication, Draft } from "../../domain/Communication.ts"
import { ContactInformationNotFound, IdempotencyKeyReused } from "../../domain/errors/index.ts"
import { completion } from "../../domain/Steps.ts"
import { Communications } from "../../ports/Communications.ts"
import { expectEqual, expectFailure, failureOf } from "../Clause.ts"
import { aDraft, aKey, anAct, freshOrganisation, store } from "../Fixtures.ts"
import {
  byId,
  byNumber,
  type Clauses,
  completedBy,
  completionBy,
  creationBy,
  given,
  historyOf,
  stored
} from "./Given.ts"

/** An act with a new idempotency key. */
const aKeyedAct = () => ({ ...anAct(), idempotency: aKey() })

/** Another request with the same key by the same user. */
const repeated = ({ by, idempotency }: ReturnType<typeof aKeyedAct>) => ({
  ...anAct(),
  by,
  idempotency: { ...aKey(), key: idempotency.key }
})

/** A second draft with the contact of the first. */
const anotherDraft = ({ contact_information }: Draft, number = "42"): Draft => ({
  ...aDraft(number),
  contact_information
})

/** The guarantees of `Communications` about idempotency keys. */
export const idempotencyKeyClauses: Clauses = [
  {
    name: "a key finds the communication that its act created or changed, as it is now",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const [creation, step, later] = [aKeyedAct(), aKeyedAct(), anAct()]
      const find = ({ by, idempotency }: typeof creation) => communications.findByKey(organisation, by, idempotency.key)
      yield* expectEqual(yield* find(creation), undefined)
      const made = anotherDraft(draft)
      const created = yield* communications.create(organisation, (number) => ({ ...made, number }), creation)
      const { fingerprint } = creation.idempotency
      yield* expectEqual(yield* find(creation), { fingerprint, made: created })
      const completed = yield* communications.take(organisation, byNumber(draft), completion, step)
      yield* expectEqual(completed, completedBy(draft, step))
      yield* expectEqual(yield* find(step), { fingerprint: step.idempotency.fingerprint, made: completed })
      yield* communications.take(organisation, byId(created), completion, later)
      yield* expectEqual(yield* find(creation), { fingerprint, made: completedBy(created, later) })
      for (const identifier of [byId(created), byNumber(created)]) {
        const again = communications.take(organisation, identifier, completion, aKeyedAct())
        yield* expectFailure(again, completion.refuse(completedBy(created, later), later.request_id))
      }
      const { idempotency: _, ...act } = creation
      yield* expectEqual(yield* historyOf(organisation, created), [creationBy(act), completionBy(later)])
    })
  },
  {
    name: "an act with the key of an earlier act of its user fails and changes nothing",
    test: Effect.gen(function* () {
      const { communications, organisation, draft, added } = yield* given
      const [creation, step] = [aKeyedAct(), aKeyedAct()]
      const [made, other, unkeyed] = [anotherDraft(draft), anotherDraft(draft, "43"), anotherDraft(draft, "44")]
      yield* communications.create(organisation, () => made, creation)
      for (const draft of [other, unkeyed]) yield* store(organisation, draft, added)
      yield* communications.take(organisation, byId(made), completion, step)
      for (const act of [repeated(creation), repeated(step)]) {
        const reused = new IdempotencyKeyReused({ key: act.idempotency.key })
        for (const identifier of [byId(other), byNumber(other)]) {
          yield* expectFailure(communications.take(organisation, identifier, completion, act), reused)
        }
        const second = anotherDraft(draft, "45")
        yield* expectFailure(
          communications.create(organisation, () => second, act),
          reused
        )
        yield* expectEqual((yield* failureOf(stored(organisation, byId(second))))._tag, "CommunicationNotFound")
        yield* expectEqual(yield* historyOf(organisation, second), [])
      }
      yield* expectEqual(yield* stored(organisation, byId(other)), other)
      yield* expectEqual(yield* historyOf(organisation, other), [creationBy(added)])
      yield* communications.take(organisation, byId(unkeyed), completion, { ...anAct(), by: step.by })
    })
  },
  {
    name: "a key belongs to its user and its organisation",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const step = aKeyedAct()
      yield* communications.take(organisation, byId(draft), completion, step)
      const [other, second] = [freshOrganisation(), anotherDraft(draft)]
      yield* store(other, draft)
      yield* store(organisation, second)
      const ofOtherUser = { ...repeated(step), by: anAct().by }
      const { key } = step.idempotency
      yield* expectEqual(yield* communications.findByKey(organisation, ofOtherUser.by, key), undefined)
      yield* expectEqual(yield* communications.findByKey(other, step.by, key), undefined)
      yield* communications.take(organisation, byId(second), completion, ofOtherUser)
      yield* communications.take(other, byId(draft), completion, repeated(step))
      yield* expectEqual((yield* communications.findByKey(organisation, step.by, key))?.made.id, draft.id)
      yield* expectEqual((yield* communications.findByKey(organisation, ofOtherUser.by, key))?.made.id, second.id)
      yield* expectEqual((yield* communications.findByKey(other, step.by, key))?.made.id, draft.id)
    })
  },
  {
    name: "a refused act leaves its key unused",
    test: Effect.gen(function* () {
      const { communications, organisation, draft } = yield* given
      const step = aKeyedAct()
      const second = anotherDraft(draft)
      yield* store(organisation, second)
      yield* communications.take(organisation, byId(second), completion, anAct())
      for (const identifier of [byId(second), byId(aDraft())]) {
        yield* failureOf(communications.take(organisation, identifier, completion, step))
      }
      const stranger = aDraft()
      const notFound = new ContactInformationNotFound({ id: stranger.contact_information.id })
      yield* expectFailure(
        communications.create(organisation, () => stranger, step),
        notFound
      )
      yield* expectEqual(yield* communications.findByKey(organisation, step.by, step.idempotency.key), undefined)
      yield* communications.take(organisation, byId(draft), completion, step)
    })
  },
  {
    name: "of concurrent acts with the same key, exactly one succeeds; acts without it are not affected",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const { organisation, draft, added } = yield* given
      const first = aKeyedAct()
      const { key } = first.idempotency
      const drafts = Array.from({ length: 24 }, (_, index) => anotherDraft(draft, `number ${index}`))
      for (const draft of drafts) yield* store(organisation, draft, added)
      const isKeyed = (index: number) => index % 2 === 0
      const results = yield* Effect.forEach(
        drafts,
        (other, index) => {
          const act = isKeyed(index) ? repeated(first) : anAct()
          const acting: Effect.Effect<Communication, unknown> =
            index % 4 === 0
              ? communications.create(organisation, (number) => ({ ...anotherDraft(draft), number }), act)
              : communications.take(organisation, byId(other), completion, act)
          return Effect.result(acting)
        },
        { concurrency: "unbounded" }
      )
      const keyed = results.filter((_, index) => isKeyed(index))
      const winners = keyed.filter(Result.isSuccess).map(({ success }) => success)
      yield* expectEqual(winners, [(yield* communications.findByKey(organisation, first.by, key))?.made])
      yield* expectEqual(
        keyed.filter(Result.isFailure).map(({ failure }) => failure),
        Array.from({ length: 11 }, () => new IdempotencyKeyReused({ key }))
      )
      yield* expectEqual(results.filter((_, index) => !isKeyed(index)).every(Result.isSuccess), true)
    })
  }
]
