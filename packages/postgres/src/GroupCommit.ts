/** Modifications that are asked for at the same time, committed as one. */
import {
  type Act,
  type Communication,
  CommunicationNotFound,
  StorageUnavailable,
  transitionOf
} from "@communications/core"
import { Context, Effect, Exit, Result } from "effect"
import { batches, type Find, oneOrMany, type Write } from "./Batches.ts"
import { statements } from "./CommunicationStatements.ts"
import { gather, type Waiting } from "./Gather.ts"
import { fromRow, type Row } from "./Rows.ts"
import { bounded, statement, timeLimit } from "./StorageErrors.ts"

/**
 * Whether what is asked for while others are served is gathered and done as one. It multiplies what one process completes
 * in a second, and costs a lone request nothing. Never on a host's handle: there it would be in the host's transaction.
 */
export const GroupCommit = Context.Reference<boolean>("@communications/postgres/GroupCommit", {
  defaultValue: () => false
})

/** How much is gathered, and how much may wait. */
export const gathering = (operation: string) => ({
  lanes: 2,
  most: 128,
  some: 16,
  bound: 10_000,
  full: Effect.fail(new StorageUnavailable({ operation, reason: "overloaded" })),
  late: Effect.fail(new StorageUnavailable({ operation, reason: "timeout" }))
})

/** A modification; `decide` is the transition, and keeps what it decided last; `guess` is what was glanced at, before the first decision. */
interface Modification extends Find {
  readonly act: Act
  readonly decide: (found: Communication) => Result.Result<Communication, unknown>
  readonly guess: () => Row | undefined
}

type Waits = Waiting<Modification, void, CommunicationNotFound | StorageUnavailable>

/** A modification that is decided, and is to be stored. */
interface Decided {
  readonly waits: Waits
  readonly write: Write
}

/** Makes `modify` of the port `Communications`, for many at once. */
export const groupCommit = Effect.gen(function* () {
  const [one, many] = [yield* statements, yield* batches]

  const find = oneOrMany(
    ({ organisation, identifier }: Find) => one.find(organisation, identifier),
    (finds) => many.find(finds)
  )
  const update = oneOrMany(
    ({ organisation, version, next, step }: Write) => one.update(organisation, version, next, step),
    (writes) => many.update(writes)
  )

  /** What is to be stored of what is decided on a row; nothing where that is refused, or changes nothing. */
  const writeOf = ({ organisation, act, decide }: Modification, row: Row): Effect.Effect<Write | undefined> =>
    Effect.map(fromRow(row), (found) => {
      const next = decide(found)
      if (Result.isFailure(next) || next.success === found) return undefined
      const step = transitionOf(found, next.success, act)
      return { organisation, version: row.version, next: next.success, step }
    })

  /** Decides on what is found; tells whoever is decided without a change, and gives what is to be stored. */
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
      else if (exit.value === undefined) waits.tell(Effect.void)
      else writes.push({ waits, write: exit.value })
    }
    return writes
  })

  /** The same, on what was glanced at where that leads to a write, which tells whether it was still true; the rest is found. */
  const decideAll = Effect.fnUntraced(function* (waiting: ReadonlyArray<Waits>) {
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

  /** Stores what was decided; gives whoever lost against another, and must be decided anew. */
  const storeAll = Effect.fnUntraced(function* (
    writes: ReadonlyArray<Decided>
  ): Effect.fn.Return<ReadonlyArray<Waits>, StorageUnavailable> {
    const updated = yield* statement("communications.update")(update(writes.map(({ write }) => write)))
    const stored = new Set(updated.map(({ item }) => item))
    for (const [index, { waits }] of writes.entries()) if (stored.has(index)) waits.tell(Effect.void)
    return writes.flatMap(({ waits }, index) => (stored.has(index) ? [] : [waits]))
  })

  /** The same, one by one where the statement itself is refused: whoever is to blame must not fail the others. */
  const storeFairly = (writes: ReadonlyArray<Decided>) =>
    storeAll(writes).pipe(
      Effect.catchDefect((defect) =>
        writes.length === 1
          ? Effect.die(defect)
          : Effect.map(
              Effect.forEach(writes, (write) =>
                Effect.exit(storeAll([write])).pipe(
                  Effect.map((exit) => {
                    if (Exit.isSuccess(exit)) return exit.value
                    write.waits.tell(Effect.failCause(exit.cause))
                    return []
                  })
                )
              ),
              (lost) => lost.flat()
            )
      )
    )

  const run = Effect.fnUntraced(function* (waiting: ReadonlyArray<Waits>) {
    const writes = yield* decideAll(waiting)
    // Of those that change one communication the first is stored, and the others are decided on what it left.
    const taken = new Set<string>()
    const [now, later]: [Array<Decided>, Array<Waits>] = [[], []]
    for (const decided of writes) {
      const key = decided.write.organisation + decided.write.next.id
      if (taken.has(key)) later.push(decided.waits)
      else now.push(decided)
      taken.add(key)
    }
    const lost = now.length === 0 ? [] : yield* storeFairly(now)
    return [...lost, ...later]
  })

  const inTurn = yield* gather<Modification, void, CommunicationNotFound | StorageUnavailable>({
    ...gathering("communications.modify"),
    run: (waiting) => bounded("communications.modify")(run(waiting))
  })

  return <A extends Communication, E>(
    find: Find,
    transition: (communication: Communication, act: Act) => Result.Result<A, E>,
    act: Act,
    seen: Row | undefined
  ): Effect.Effect<A, E | CommunicationNotFound | StorageUnavailable> =>
    Effect.suspend(() => {
      let last: Result.Result<A, E> | undefined
      const decide = (found: Communication) => {
        last = transition(found, act)
        return last
      }
      const guess = () => (last === undefined ? seen : undefined)
      const done = Effect.flatMap(timeLimit, (limit) => inTurn({ ...find, act, decide, guess }, limit))
      return Effect.flatMap(done, () =>
        last === undefined ? Effect.die(new Error("a modification was not decided")) : Effect.fromResult(last)
      )
    })
})
