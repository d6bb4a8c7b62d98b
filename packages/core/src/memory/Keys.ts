import { Effect } from "effect"
import { IdempotencyKeyReused } from "../domain/errors/index.ts"
import type { IdempotencyKey, MadeByKey } from "../domain/Idempotency.ts"
import type { UserId } from "../domain/Identity.ts"
import type { Act } from "../domain/LifeCycle.ts"

type KeyedAct = Pick<Act, "by" | "idempotency">

const nameOf = (by: UserId, key: IdempotencyKey): string => `${by} ${key}`

/** Makes the idempotency keys of one organisation, each with the id of what its act made. */
export const makeKeys = <Id>() => {
  const used = new Map<string, MadeByKey<Id>>()
  return {
    /** Fails if an earlier act of the user had the key of this act. */
    requireUnused: ({ by, idempotency }: KeyedAct): Effect.Effect<void, IdempotencyKeyReused> =>
      idempotency !== undefined && used.has(nameOf(by, idempotency.key))
        ? Effect.fail(new IdempotencyKeyReused({ key: idempotency.key }))
        : Effect.void,
    /** Stores the key of an act, if it has one. */
    put: ({ by, idempotency }: KeyedAct, made: Id): void => {
      if (idempotency !== undefined)
        used.set(nameOf(by, idempotency.key), { fingerprint: idempotency.fingerprint, made })
    },
    /** Returns what the act with this key made, as `read` returns it. */
    find: <Made>(by: UserId, key: IdempotencyKey, read: (id: Id) => Made | undefined): MadeByKey<Made> | undefined => {
      const found = used.get(nameOf(by, key))
      if (found === undefined) return undefined
      const made = read(found.made)
      return made && { fingerprint: found.fingerprint, made }
    }
  }
}

/** The idempotency keys that `makeKeys` makes. */
export interface Keys<Id> extends ReturnType<typeof makeKeys<Id>> {}
