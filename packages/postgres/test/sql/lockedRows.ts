/** Guarantees about locked rows, as further clauses for the mutants of the SQL. The contracts cannot lock rows. */
import { type Act, Communications, type ContactInformations, completion, type Draft } from "@communications/core"
import { aDraft, aKey, anAct, type Clause, expectEqual, freshOrganisation, store } from "@communications/core/testing"
import { Context, Effect, Fiber, Schedule } from "effect"
import type pg from "pg"
import { lockWaits } from "../lockWaits.ts"

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

/** Waits until two sessions wait for locks. */
const untilTwoWait = Effect.flatMap(LockingPool, (pool) => {
  const waits = Effect.promise(() => pool.query(`SELECT ${lockWaits}`))
  return Effect.repeat(waits, { until: ({ rows }) => rows.length >= 2, schedule: Schedule.spaced("5 millis") })
})

/** The clauses. With group commit, requests that are made at once share a statement. */
export const lockedRowClauses: ReadonlyArray<Clause<Communications | ContactInformations | LockingPool>> = [
  {
    name: "Locked rows: of steps at once, those of locked communications delay no other",
    test: Effect.gen(function* () {
      const { take } = yield* Communications
      const [ours, theirs] = [freshOrganisation(), freshOrganisation()]
      for (const isById of [true, false]) {
        for (const other of [ours, theirs]) {
          const locked = [aDraft(`one ${isById} ${other}`), aDraft(`two ${isById} ${other}`)]
          const free = aDraft(`free ${isById} ${other}`)
          const [later, keyed] = [aDraft(`later ${isById} ${other}`), aDraft(`keyed ${isById} ${other}`)]
          for (const organisation of [ours, theirs]) {
            for (const draft of [...locked, free, later, keyed]) yield* store(organisation, draft)
          }
          const complete = (organisation: typeof ours, { id, number }: Draft, act: Act = anAct()) =>
            take(organisation, isById ? { _tag: "Id", id } : { _tag: "Number", number }, completion, act)
          const waiting = yield* Effect.gen(function* () {
            // From two requests that wait on, further ones of the organisation skip locked rows.
            for (const { id } of locked) yield* lock(ours, id)
            const waiting = yield* Effect.forEach(locked, (draft) => Effect.forkChild(complete(ours, draft)))
            yield* expectEqual((yield* complete(other, free)).contact_information, free.contact_information)
            yield* untilTwoWait
            for (const [draft, act] of [
              [later, anAct()],
              [keyed, { ...anAct(), idempotency: aKey() }]
            ] as const) {
              yield* expectEqual((yield* complete(other, draft, act)).contact_information, draft.contact_information)
            }
            for (const fiber of waiting) yield* expectEqual(fiber.pollUnsafe(), undefined)
            return waiting
          }).pipe(Effect.scoped)
          for (const fiber of waiting) yield* expectEqual((yield* Fiber.join(fiber))._tag, "Completed")
        }
      }
    })
  }
]
