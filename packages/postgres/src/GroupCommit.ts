/** Modifications that are asked for at the same time, committed as one. */
import { type Act, type Communication, type CommunicationNotFound, StorageUnavailable } from "@communications/core"
import { Context, Effect, Option, type Result } from "effect"
import type { SqlClient } from "effect/sql"
import { batches, type Find, oneOrMany, type Write } from "./Batches.ts"
import { statements } from "./CommunicationStatements.ts"
import { type Decided, deciding, type Modification, type Waits } from "./Deciding.ts"
import { gather, type Waiting } from "./Gather.ts"
import type { Row } from "./Rows.ts"
import { bounded, StorageTimeout, statement, timeLimit } from "./StorageErrors.ts"

/**
 * Whether what is asked for while others are served is gathered and done as one. It multiplies what one process completes
 * in a second, and costs a lone request some tenths of a millisecond. Never on a host's handle, nor in a transaction of the
 * same client: there everything is done in that transaction.
 */
export const GroupCommit = Context.Reference<boolean>("@communications/postgres/GroupCommit", {
  defaultValue: () => false
})

/** Does something together with others, or alone where that is to be done in a transaction of the client. */
export const unlessInTransaction = <A, E>(
  { transactionService }: SqlClient.SqlClient,
  together: () => Effect.Effect<A, E>,
  alone: () => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
    Option.isSome(transaction) ? alone() : together()
  )

/**
 * Gathers what is asked of the storage. Whoever asks waits for as long as `StorageTimeout` allows them; a run takes no
 * longer than the most patient of its items.
 */
export const gathered = <Item, A, E>(
  operation: string,
  run: (
    waiting: ReadonlyArray<Waiting<Item, A, E | StorageUnavailable>>
  ) => Effect.Effect<ReadonlyArray<Waiting<Item, A, E | StorageUnavailable>>, E | StorageUnavailable>
) =>
  Effect.map(
    gather<Item, A, E | StorageUnavailable>({
      lanes: 2,
      most: 128,
      some: 16,
      bound: 10_000,
      full: Effect.fail(new StorageUnavailable({ operation, reason: "overloaded" })),
      late: Effect.fail(new StorageUnavailable({ operation, reason: "timeout" })),
      run: (waiting) => {
        const longest = Math.max(...waiting.map(({ limit }) => limit))
        return Effect.provideService(bounded(operation)(run(waiting)), StorageTimeout, longest)
      }
    }),
    (inTurn) => (item: Item) => Effect.flatMap(timeLimit, (limit) => inTurn(item, limit))
  )

/**
 * Makes `modify` of the port `Communications`, for many at once; there is no result where another had changed the
 * communication meanwhile, or holds it: then it has to be modified alone, by who can wait without keeping others waiting.
 */
export const groupCommit = Effect.gen(function* () {
  const [one, many] = [yield* statements, yield* batches]
  const decideAll = yield* deciding

  const update = oneOrMany(
    (write: Write) => one.update(write, "is left"),
    (writes) => many.update(writes)
  )

  /** Stores what was decided, and tells each whether it is: not where another has changed it since, or holds it. */
  const storeAll = Effect.fnUntraced(function* (
    writes: ReadonlyArray<Decided>
  ): Effect.fn.Return<void, StorageUnavailable> {
    const updated = yield* statement("communications.update")(update(writes.map(({ write }) => write)))
    const stored = new Set(updated.map(({ item }) => item))
    for (const [index, { waits }] of writes.entries()) waits.tell(Effect.succeed(stored.has(index)))
  })

  /** The same, one by one where the statement itself is refused: whoever is to blame must not fail the others. */
  const storeFairly = (writes: ReadonlyArray<Decided>) =>
    storeAll(writes).pipe(
      Effect.catchDefect((defect) =>
        writes.length === 1
          ? Effect.die(defect)
          : Effect.forEach(
              writes,
              (write) =>
                Effect.catchCause(storeAll([write]), (cause) =>
                  Effect.sync(() => write.waits.tell(Effect.failCause(cause)))
                ),
              { discard: true }
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
    if (now.length > 0) yield* storeFairly(now)
    return later
  })

  const inTurn = yield* gathered<Modification, boolean, CommunicationNotFound>("communications.modify", run)

  return <A extends Communication, E>(
    find: Find,
    transition: (communication: Communication, act: Act) => Result.Result<A, E>,
    act: Act,
    seen: Row | undefined
  ): Effect.Effect<Result.Result<A, E> | undefined, CommunicationNotFound | StorageUnavailable> =>
    Effect.suspend(() => {
      let last: Result.Result<A, E> | undefined
      const decide = (found: Communication) => {
        last = transition(found, act)
        return last
      }
      const guess = () => (last === undefined ? seen : undefined)
      return Effect.map(inTurn({ ...find, act, decide, guess }), (stands) => (stands ? last : undefined))
    })
})
