import {
  type Act,
  type Communication,
  CommunicationExists,
  type CommunicationIdentifier,
  CommunicationNotFound,
  CommunicationNumber,
  Communications,
  ContactInformationNotFound,
  type OrganisationId
} from "@communications/core"
import { Effect, Layer, Semaphore } from "effect"
import { SqlClient } from "effect/sql"
import { GroupCommit, unlessInTransaction } from "../batching/GroupCommit.ts"
import { bounded, statement } from "../statements/StorageErrors.ts"
import { fromHistoryRow, fromRow } from "./CommunicationRows.ts"
import { communicationStatements } from "./CommunicationStatements.ts"
import { historyStatements } from "./HistoryStatements.ts"
import { listStatement } from "./ListStatement.ts"
import { keyOf } from "./StepStatements.ts"
import type { OnLock } from "./StepTexts.ts"
import { taking } from "./Taking.ts"

/** With group commit, how many may wait for locked rows at once: each of them occupies a connection meanwhile. */
const lockWaiters = 4

/** Communications in PostgreSQL. Each change is one statement, and needs no transaction of its own. */
export const layer: Layer.Layer<Communications, never, SqlClient.SqlClient> = Layer.effect(
  Communications,
  Effect.gen(function* () {
    const sql = yield* communicationStatements
    const list = yield* listStatement
    const { history } = yield* historyStatements
    const client = yield* SqlClient.SqlClient
    const groupCommit = yield* GroupCommit
    const waiters = yield* Semaphore.make(lockWaiters)
    const take = yield* taking(waiters)

    /** Whether it has been stored: not where its id or number is taken. */
    const insert = Effect.fnUntraced(function* (organisation: OrganisationId, communication: Communication, act: Act) {
      const [stored] = yield* statement("communications.add")(sql.insert(organisation, communication, act))
      if (stored?.contact) return stored.added
      return yield* new ContactInformationNotFound({ id: communication.contact_information.id })
    })

    const find = Effect.fnUntraced(function* (organisation: OrganisationId, identifier: CommunicationIdentifier) {
      const finding = sql.find(organisation, identifier._tag, [keyOf(identifier)])
      const [row] = yield* statement("communications.find")(finding)
      return row === undefined ? yield* new CommunicationNotFound({ identifier }) : yield* fromRow(row)
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
          // Where added communications have taken the numbers, leap over them, the further the more there are.
          for (let step = 1; ; step *= 2) {
            const [next] = yield* statement("communications.create")(sql.nextNumber(organisation, step))
            const made = draft(CommunicationNumber.make(next?.number ?? ""))
            if (yield* insert(organisation, made, act)) return made
          }
        }).pipe(bounded("communications.create")),
      find: (organisation, identifier) => bounded("communications.find")(find(organisation, identifier)),
      list: (organisation, query) =>
        list(organisation, query).pipe(
          statement("communications.list"),
          Effect.flatMap(Effect.forEach(fromRow)),
          bounded("communications.list")
        ),
      history: (organisation, id) =>
        history(organisation, id).pipe(
          statement("communications.history"),
          Effect.flatMap(Effect.forEach(fromHistoryRow)),
          bounded("communications.history")
        ),
      take,
      view: (organisation, identifier, at) => {
        const view = (onLock: OnLock) =>
          sql.view(organisation, identifier, at, onLock).pipe(
            statement("communications.view"),
            Effect.flatMap(([row]) => (row === undefined ? find(organisation, identifier) : fromRow(row)))
          )
        const alone = view("wait")
        const together = Effect.flatMap(view("skip"), (found) =>
          found.viewed_on === null ? waiters.withPermit(alone) : Effect.succeed(found)
        )
        return bounded("communications.view")(
          groupCommit === "off"
            ? alone
            : unlessInTransaction(
                client,
                () => together,
                () => alone
              )
        )
      }
    })
  })
)
