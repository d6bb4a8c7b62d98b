import {
  type Act,
  type CommunicationId,
  Communications,
  ContactInformations,
  type Draft,
  type IdempotencyKey,
  IdempotencyKeyReused,
  type OrganisationId
} from "@communications/core"
import { Effect } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const contacts = faulty(ContactInformations)

const concurrentClause =
  "Communications: of concurrent acts with the same key, exactly one succeeds; acts without it are not affected"
const reusedClause = "Communications: an act with the key of an earlier act of its user fails and changes nothing"

/** The act without its key. */
const unkeyed = ({ at, by, request_id }: Act): Act => ({ at, by, request_id })

/** Stores the key of a step before the step is decided. */
const storesKeyFirst = (sound: typeof Communications.Service): Partial<typeof Communications.Service> => {
  const used = new Set<IdempotencyKey>()
  const requireUnused = ({ idempotency }: Act) =>
    idempotency !== undefined && used.has(idempotency.key)
      ? Effect.fail(new IdempotencyKeyReused({ key: idempotency.key }))
      : Effect.sync(() => idempotency && used.add(idempotency.key))
  return {
    create: (organisation, draft, act) => Effect.andThen(requireUnused(act), sound.create(organisation, draft, act)),
    take: (organisation, identifier, step, act) =>
      Effect.andThen(requireUnused(act), sound.take(organisation, identifier, step, act))
  }
}

/** Adapters that store idempotency keys, each with a fault. */
export const brokenKeys = [
  communications(
    "finds a communication as it was when its key was stored",
    "Communications: a key finds the communication that its act created or changed, as it is now",
    (sound) => {
      const made = new Map<IdempotencyKey, Effect.Success<ReturnType<typeof sound.findByKey>>>()
      return {
        findByKey: (organisation, by, key) =>
          Effect.map(sound.findByKey(organisation, by, key), (found) => {
            const first = made.get(key) ?? found
            made.set(key, first)
            return first
          })
      }
    }
  ),
  communications("takes a step without storing its key", reusedClause, (sound) => ({
    take: (organisation, identifier, step, act) => sound.take(organisation, identifier, step, unkeyed(act))
  })),
  communications(
    "finds the key of any organisation",
    "Communications: a key belongs to its user and its organisation",
    (sound) => {
      const found = new Map<string, Effect.Success<ReturnType<typeof sound.findByKey>>>()
      return {
        findByKey: (organisation, by, key) =>
          Effect.map(sound.findByKey(organisation, by, key), (own) => {
            const any = own ?? found.get(by + key)
            found.set(by + key, any)
            return any
          }),
        take: (organisation, identifier, step, act) =>
          Effect.tap(sound.take(organisation, identifier, step, act), (made) =>
            Effect.sync(
              () =>
                act.idempotency &&
                found.set(act.by + act.idempotency.key, { fingerprint: act.idempotency.fingerprint, made })
            )
          )
      }
    }
  ),
  communications(
    "stores the key before the step is decided",
    "Communications: a refused act leaves its key unused",
    storesKeyFirst
  ),
  communications("looks a key up first, but does not store it atomically", concurrentClause, (sound) => {
    const requireUnused: (organisation: OrganisationId, act: Act) => Effect.Effect<void, IdempotencyKeyReused> =
      Effect.fnUntraced(function* (organisation, { by, idempotency }) {
        if (idempotency === undefined) return
        const earlier = yield* Effect.orDie(sound.findByKey(organisation, by, idempotency.key))
        if (earlier !== undefined) return yield* new IdempotencyKeyReused({ key: idempotency.key })
        yield* Effect.yieldNow
      })
    return {
      create: (organisation, draft, act) =>
        Effect.andThen(requireUnused(organisation, act), sound.create(organisation, draft, unkeyed(act))),
      take: (organisation, identifier, step, act) =>
        Effect.andThen(requireUnused(organisation, act), sound.take(organisation, identifier, step, unkeyed(act)))
    }
  }),
  contacts(
    "does not store the key of a contact",
    "ContactInformations: a key finds the contact that its act stored, and belongs to its user and its organisation",
    (sound) => ({ add: (organisation, contact) => sound.add(organisation, contact) })
  ),
  contacts(
    "reports a used key if the id of a contact exists",
    "ContactInformations: a contact with an existing id is refused as such, even if its act has a new key, which stays unused",
    (sound) => ({
      add: (organisation, contact, act) =>
        Effect.catchTag(sound.add(organisation, contact, act), "ContactInformationExists", (exists) =>
          Effect.fail(act?.idempotency ? new IdempotencyKeyReused({ key: act.idempotency.key }) : exists)
        )
    })
  ),
  contacts(
    "stores a second contact with the same key",
    "ContactInformations: of 16 contacts added concurrently with the same key, exactly one is stored",
    (sound) => ({
      add: (organisation, contact, act) =>
        Effect.catchTag(sound.add(organisation, contact, act), "IdempotencyKeyReused", () =>
          sound.add(organisation, contact)
        )
    })
  ),
  communications(
    "finds no key",
    "Idempotency: whatever the order in which requests are repeated, each takes effect once and returns what it made",
    () => ({ findByKey: () => Effect.succeed(undefined) })
  ),
  communications(
    "finds a draft as it was created",
    "Idempotency: a repeated request returns what the first one made as it is now",
    (sound) => {
      const created = new Map<CommunicationId, Draft>()
      return {
        create: (organisation, draft, act) =>
          Effect.tap(sound.create(organisation, draft, act), (made) => Effect.sync(() => created.set(made.id, made))),
        findByKey: (organisation, by, key) =>
          Effect.map(
            sound.findByKey(organisation, by, key),
            (found) => found && { ...found, made: created.get(found.made.id) ?? found.made }
          )
      }
    }
  ),
  communications(
    "creates a draft without storing its key",
    "Idempotency: of 16 concurrent requests with the same key, one takes effect and the others return what it made",
    (sound) => ({ create: (organisation, draft, act) => sound.create(organisation, draft, unkeyed(act)) })
  ),
  contacts(
    "finds no key of a contact",
    "Idempotency: a key that was used for another request is refused, before the request is looked at",
    () => ({ findByKey: () => Effect.succeed(undefined) })
  ),
  communications(
    "stores the key before the step",
    "Idempotency: a refused request leaves its key unused",
    storesKeyFirst
  )
]
