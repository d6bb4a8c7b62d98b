/** Modifications that are asked for at the same time, each decided on what is stored. */
import {
  type Act,
  type Communication,
  CommunicationNotFound,
  type StorageUnavailable,
  transitionOf
} from "@communications/core"
import { Effect, Exit, Result } from "effect"
import { batches, type Find, oneOrMany, type Write } from "./Batches.ts"
import { statements } from "./CommunicationStatements.ts"
import type { Waiting } from "./Gather.ts"
import { fromRow, type Row } from "./Rows.ts"
import { statement } from "./StorageErrors.ts"

/**
 * A modification; `decide` is the transition, and keeps what it decided last; `guess` is what was glanced at, before the
 * first decision.
 */
export interface Modification extends Find {
  readonly act: Act
  readonly decide: (found: Communication) => Result.Result<Communication, unknown>
  readonly guess: () => Row | undefined
}

/** A modification that somebody waits for; they are told whether its last decision is what is stored, or stands as it is. */
export type Waits = Waiting<Modification, boolean, CommunicationNotFound | StorageUnavailable>

/** A modification that is decided, and is to be stored. */
export interface Decided {
  readonly waits: Waits
  readonly write: Write
}

/** Makes what decides many at once, tells whoever is decided without a change, and gives what is to be stored. */
export const deciding = Effect.gen(function* () {
  const [one, many] = [yield* statements, yield* batches]
  const find = oneOrMany(
    ({ organisation, identifier }: Find) => one.find(organisation, identifier),
    (finds) => many.find(finds)
  )

  /** What is to be stored of what is decided on a row; nothing where that is refused, or changes nothing. */
  const writeOf = ({ organisation, act, decide }: Modification, row: Row): Effect.Effect<Write | undefined> =>
    Effect.map(
      Effect.suspend(() => fromRow(row)),
      (found) => {
        const next = decide(found)
        if (Result.isFailure(next) || next.success === found) return undefined
        const step = transitionOf(found, next.success, act)
        return { organisation, version: row.version, next: next.success, step }
      }
    )

  /** Decides on what is found. */
  const decideFound = Effect.fnUntraced(function* (waiting: ReadonlyArray<Waits>) {
    const rows = yield* statement("communications.find")(find(waiting.map(({ item }) => item)))
    const rowOf = new Map(rows.map((row) => [row.item, row]))
    const writes: Array<Decided> = []
    for (const [index, waits] of waiting.entries()) {
      const row = rowOf.get(index)
      if (row === undefined) {
        waits.tell(Effect.fail(new CommunicationNotFound({ identifier: waits.item.identifier })))
        continue
      }
      const exit = yield* Effect.exit(writeOf(waits.item, row))
      if (Exit.isFailure(exit)) waits.tell(Effect.failCause(exit.cause))
      else if (exit.value === undefined) waits.tell(Effect.succeed(true))
      else writes.push({ waits, write: exit.value })
    }
    return writes
  })

  // On what was glanced at where that leads to a write, which tells whether it was still true; the rest is found.
  return Effect.fnUntraced(function* (waiting: ReadonlyArray<Waits>) {
    const [writes, unseen]: [Array<Decided>, Array<Waits>] = [[], []]
    for (const waits of waiting) {
      const guess = waits.item.guess()
      const exit = guess && (yield* Effect.exit(writeOf(waits.item, guess)))
      if (exit !== undefined && Exit.isSuccess(exit) && exit.value !== undefined) {
        writes.push({ waits, write: exit.value })
      } else unseen.push(waits)
    }
    return unseen.length === 0 ? writes : [...writes, ...(yield* decideFound(unseen))]
  })
})
