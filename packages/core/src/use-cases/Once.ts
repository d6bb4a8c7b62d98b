/** Repeating a request with an idempotency key has no second effect. */
import { Effect, Predicate } from "effect"
import type { Caller } from "../domain/Caller.ts"
import type { Communication } from "../domain/Communication.ts"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import { IdempotencyKeyReused, type StorageUnavailable } from "../domain/errors/index.ts"
import type { Idempotency, IdempotencyKey, MadeByKey } from "../domain/Idempotency.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { hexOfBytes } from "../ports/freshHex.ts"

declare const crypto: {
  readonly subtle: { readonly digest: (algorithm: "SHA-256", bytes: Uint8Array) => Promise<ArrayBuffer> }
}
declare const TextEncoder: { new (): { readonly encode: (text: string) => Uint8Array } }

/** Sorts the members of objects and omits unset ones, so that an optional member of a later version changes nothing. */
const canonical = (value: unknown): unknown => {
  if (!Predicate.isObject(value) || Array.isArray(value)) return value
  const members = Object.entries(value)
    .map(([name, member]) => [name, canonical(member ?? null)] as const)
    .filter(([, member]) => member !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return members.length === 0 ? null : Object.fromEntries(members)
}

/** The SHA-256 of a request. It is stored: after an update, a repeated request must still have the same fingerprint. */
const fingerprintOf = (operation: string, parameters: object): Effect.Effect<string> =>
  Effect.promise(async () => {
    const text = JSON.stringify([operation, canonical(parameters)])
    return hexOfBytes(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))))
  })

/** The options of an operation that changes something. */
export interface OnceOptions {
  readonly idempotencyKey?: IdempotencyKey | undefined
}

/** What the operations make. */
interface Made {
  readonly communication: Communication
  readonly contact: ContactInformation
}

/** A request, and the idempotency key that its user chose for it, if any. */
interface Keyed<Kind extends keyof Made> {
  readonly makes: Kind
  readonly caller: Caller
  readonly key: IdempotencyKey | undefined
  readonly operation: string
  /** All that the request asks for, after reading. */
  readonly parameters: object
}

/** What a request made, as it is now, and whether an earlier request with the same idempotency key made it. */
export interface MadeOnce<A> {
  readonly value: A
  readonly replayed?: true
}

/**
 * Runs a change once for each idempotency key of a user. If an earlier request had the key, it returns what that request
 * made, or fails with `IdempotencyKeyReused` if that was another request. A change that fails leaves the key unused.
 */
export const once = <Kind extends keyof Made, E, R>(
  { makes, caller, key, operation, parameters }: Keyed<Kind>,
  change: (idempotency: Idempotency | undefined) => Effect.Effect<Made[Kind], E | StorageUnavailable, R>
): Effect.Effect<
  MadeOnce<Made[Kind]>,
  E | IdempotencyKeyReused | StorageUnavailable,
  R | Communications | ContactInformations
> => {
  if (key === undefined) return Effect.map(change(undefined), (value) => ({ value }))
  return Effect.gen(function* () {
    const [communications, contacts] = [yield* Communications, yield* ContactInformations]
    const fingerprint = yield* fingerprintOf(operation, parameters)
    const { organisation, user } = caller

    /** Returns what an earlier request with this key made; fails with the refusal if there is none. */
    const replay = <F>(otherwise: Effect.Effect<MadeOnce<Made[Kind]>, F, R>) =>
      Effect.gen(function* () {
        const earlier: { readonly [K in keyof Made]: MadeByKey<Made[K]> | undefined } = {
          communication: yield* communications.findByKey(organisation, user, key),
          contact: yield* contacts.findByKey(organisation, user, key)
        }
        const same = earlier[makes]
        if (same?.fingerprint === fingerprint) return { value: same.made, replayed: true } as const
        const isUsed = (earlier.communication ?? earlier.contact) !== undefined
        return isUsed ? yield* new IdempotencyKeyReused({ key }) : yield* otherwise
      })

    const changing = Effect.map(change({ key, fingerprint }), (value) => ({ value }))
    // A concurrent request with the key may have changed the data since it was looked up, which explains a refusal.
    return yield* replay(
      Effect.catch(changing, (error) =>
        Predicate.isTagged(error, "StorageUnavailable") ? Effect.fail(error) : replay(Effect.fail(error))
      )
    )
  })
}
