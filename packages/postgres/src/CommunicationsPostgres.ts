import {
  type Act,
  type Communication,
  CommunicationExists,
  type CommunicationIdentifier,
  CommunicationNotFound,
  CommunicationNumber,
  Communications,
  ContactInformationNotFound,
  creationOf,
  type OrganisationId,
  type StorageUnavailable,
  transitionOf
} from "@communications/core"
import { Effect, Layer, Result, Semaphore } from "effect"
import { SqlClient } from "effect/sql"
import type { Write } from "./Batches.ts"
import { statements } from "./CommunicationStatements.ts"
import { Glance } from "./Glance.ts"
import { GroupCommit, groupCommit, unlessInTransaction } from "./GroupCommit.ts"
import { fromRow, fromTransitionRow, type Row } from "./Rows.ts"
import { bounded, StorageTimeout, statement, timeLimit } from "./StorageErrors.ts"

/**
 * Communications in PostgreSQL. A modification is a compare-and-set: read, decide, update where the version is still
 * the one that was read, and decide anew where it is not. It holds no lock and needs no transaction of its own. What was
 * glanced at stands for the first reading where that leads to an update, which tells whether it was still true.
 */
export const layer: Layer.Layer<Communications, never, SqlClient.SqlClient> = Layer.effect(
  Communications,
  Effect.gen(function* () {
    const client = yield* SqlClient.SqlClient
    const sql = yield* statements
    const modifyTogether = (yield* GroupCommit) ? yield* groupCommit : undefined
    const few = yield* Semaphore.make(4)

    const updateWaiting = (write: Write) => statement("communications.update")(sql.update(write, "is waited for"))

    /** Who waits for a row that somebody holds keeps a connection for as long: most are left for everyone else. */
    const updateInTurn = (write: Write) =>
      Effect.flatMap(statement("communications.update")(sql.update(write, "is left")), (updated) =>
        updated.length === 1 ? Effect.succeed(updated) : few.withPermit(updateWaiting(write))
      )

    /** Whether it has been stored: not where its id or number is taken. */
    const insert = Effect.fnUntraced(function* (organisation: OrganisationId, communication: Communication, act: Act) {
      const inserting = sql.insert(organisation, communication, creationOf(communication, act))
      const [stored] = yield* statement("communications.add")(inserting)
      if (stored?.contact) return stored.added
      return yield* new ContactInformationNotFound({ id: communication.contact_information.id })
    })

    /** Reads, decides and updates, again where another was faster; first on what was seen, if anything was. */
    const modifyAlone = Effect.fnUntraced(function* <A extends Communication, E>(
      organisation: OrganisationId,
      identifier: CommunicationIdentifier,
      transition: (communication: Communication, act: Act) => Result.Result<A, E>,
      act: Act,
      seen: Row | undefined,
      update: typeof updateWaiting
    ): Effect.fn.Return<A, E | CommunicationNotFound | StorageUnavailable> {
      for (let guess = seen; ; guess = undefined) {
        const [row] = guess ? [guess] : yield* statement("communications.find")(sql.find(organisation, identifier))
        if (row === undefined) return yield* new CommunicationNotFound({ identifier })
        const found = yield* fromRow(row)
        const next = transition(found, act)
        if (Result.isFailure(next) || next.success === found) {
          if (guess === undefined) return yield* Effect.fromResult(next)
          continue
        }
        const step = transitionOf(found, next.success, act)
        const updated = yield* update({ organisation, version: row.version, next: next.success, step })
        if (updated.length === 1) return next.success
      }
    })

    return Communications.of({
      add: (organisation, communication, act) => {
        const { id, number } = communication
        return insert(organisation, communication, act).pipe(
          Effect.flatMap((added) => (added ? Effect.void : Effect.fail(new CommunicationExists({ id, number })))),
          bounded("communications.add")
        )
      },
      create: (organisation, draft, act) =>
        Effect.gen(function* () {
          // Where numbers are taken by what was added, it leaps over them, the further the more there are.
          for (let step = 1; ; step *= 2) {
            const [next] = yield* statement("communications.create")(sql.nextNumber(organisation, step))
            const made = draft(CommunicationNumber.make(next?.number ?? ""))
            if (yield* insert(organisation, made, act)) return made
          }
        }).pipe(bounded("communications.create")),
      find: (organisation, identifier) =>
        Effect.gen(function* () {
          const [row] = yield* statement("communications.find")(sql.find(organisation, identifier))
          return row === undefined ? yield* new CommunicationNotFound({ identifier }) : yield* fromRow(row)
        }).pipe(bounded("communications.find")),
      list: (organisation, query) =>
        sql
          .list(organisation, query)
          .pipe(
            statement("communications.list"),
            Effect.flatMap(Effect.forEach(fromRow)),
            bounded("communications.list")
          ),
      history: (organisation, id) =>
        sql
          .history(organisation, id)
          .pipe(
            statement("communications.history"),
            Effect.flatMap(Effect.forEach(fromTransitionRow)),
            bounded("communications.history")
          ),
      modify: (organisation, identifier, transition, act, glance) => {
        const seen = glance instanceof Glance ? glance.rowOf({ client, organisation, identifier }) : undefined
        const alone = (seen: Row | undefined, update: typeof updateWaiting) =>
          bounded("communications.modify")(modifyAlone(organisation, identifier, transition, act, seen, update))
        if (modifyTogether === undefined) return alone(seen, updateWaiting)
        const together = () => {
          const began = performance.now()
          return Effect.flatMap(modifyTogether({ organisation, identifier }, transition, act, seen), (decided) =>
            decided === undefined
              ? Effect.flatMap(timeLimit, (limit) =>
                  Effect.provideService(
                    alone(undefined, updateInTurn),
                    StorageTimeout,
                    Math.max(0, limit - (performance.now() - began))
                  )
                )
              : Effect.fromResult(decided)
          )
        }
        return unlessInTransaction(client, together, () => alone(seen, updateWaiting))
      }
    })
  })
)
