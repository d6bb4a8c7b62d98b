/** Guarantees about locked rows, as further clauses for the mutants of the SQL. The contracts cannot lock rows. */
import { Communications, type ContactInformations, completion } from "@communications/core"
import { aDraft, anAct, type Clause, expectEqual, freshOrganisation, store } from "@communications/core/testing"
import { Context, Effect, Fiber } from "effect"
import type pg from "pg"

/** The pool whose connections lock rows. */
export class LockingPool extends Context.Service<LockingPool, pg.Pool>()("LockingPool") {}

/** Begins a transaction that locks a communication, until the scope is closed. */
const lock = (organisation: string, id: string) =>
  Effect.flatMap(LockingPool, (pool) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const client = await pool.connect()
        await client.query("BEGIN")
        const text = "SELECT FROM communications.communications WHERE organisation = $1 AND id = $2 FOR NO KEY UPDATE"
        await client.query(text, [organisation, id])
        return client
      }),
      (client) => Effect.sync(() => client.release(true))
    )
  )

/** The clauses. With group commit, requests that are made at once share a statement. */
export const lockedRowClauses: ReadonlyArray<Clause<Communications | ContactInformations | LockingPool>> = [
  {
    name: "Locked rows: of steps at once, one of a locked communication delays no other",
    test: Effect.gen(function* () {
      const { take } = yield* Communications
      const [ours, theirs] = [freshOrganisation(), freshOrganisation()]
      for (const isById of [true, false]) {
        for (const other of [ours, theirs]) {
          const drafts = [aDraft(`locked ${isById} ${other}`), aDraft(`free ${isById} ${other}`)] as const
          const [locked, free] = drafts
          for (const organisation of [ours, theirs]) {
            for (const draft of drafts) yield* store(organisation, draft)
          }
          const complete = (organisation: typeof ours, { id, number }: typeof locked) =>
            take(organisation, isById ? { _tag: "Id", id } : { _tag: "Number", number }, completion, anAct())
          const waiting = yield* Effect.gen(function* () {
            yield* lock(ours, locked.id)
            const waiting = yield* Effect.forkChild(complete(ours, locked))
            yield* complete(other, free)
            yield* expectEqual(waiting.pollUnsafe(), undefined)
            return waiting
          }).pipe(Effect.scoped)
          yield* expectEqual((yield* Fiber.join(waiting))._tag, "Completed")
        }
      }
    })
  }
]
