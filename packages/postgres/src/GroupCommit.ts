/** Modifications that are asked for at the same time, committed as one. */
import { type Act, type Communication, type CommunicationNotFound, StorageUnavailable } from "@communications/core"
import { Context, Effect, Option, type Result } from "effect"
import type { SqlClient } from "effect/sql"
import { batches, type Find, oneOrMany, type Write } from "./Batches.ts"
import { statements } from "./CommunicationStatements.ts"
import { type Decided, deciding, type Modification, type Waits } from "./Deciding.ts"
import { gather } from "./Gather.ts"
import type { Row } from "./Rows.ts"
import { bounded, statement, timeLimit } from "./StorageErrors.ts"

/**
 * Whether what is asked for while others are served is gathered and done as one. It multiplies what one process completes
 * in a second, and costs a lone request nothing. Never on a host's handle, nor in a transaction of the same client: there
 * everything is done in that transaction.
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

/** How much is gathered, and how much may wait. */
export const gathering = (operation: string) => ({
  lanes: 2,
  most: 128,
  some: 16,
  bound: 10_000,
  full: Effect.fail(new StorageUnavailable({ operation, reason: "overloaded" })),
  late: Effect.fail(new StorageUnavailable({ operation, reason: "timeout" }))
})

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

  const inTurn = yield* gather<Modification, boolean, CommunicationNotFound | StorageUnavailable>({
    ...gathering("communications.modify"),
    run: (waiting) => bounded("communications.modify")(run(waiting))
  })

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
      const done = Effect.flatMap(timeLimit, (limit) => inTurn({ ...find, act, decide, guess }, limit))
      return Effect.map(done, (stands) => (stands ? last : undefined))
    })
})
