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
import { Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql"
import { makeRunAct } from "../statements/KeyedStatements.ts"
import type { Shares } from "../statements/Shares.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { fromHistoryRow, fromRow } from "./CommunicationRows.ts"
import { communicationStatements } from "./CommunicationStatements.ts"
import { historyStatements } from "./HistoryStatements.ts"
import { listStatement } from "./ListStatement.ts"
import { makeUntilUnlocked } from "./LockWaiters.ts"
import type { OnLock } from "./StepSql.ts"
import { keyOf } from "./StepStatements.ts"
import { makeTakeStep } from "./TakeStep.ts"

/** Communications in PostgreSQL. Each change is one statement, and so needs no explicit transaction. */
export const layer: Layer.Layer<Communications, never, Shares | SqlClient.SqlClient> = Layer.effect(
  Communications,
  Effect.gen(function* () {
    const sql = yield* communicationStatements
    const list = yield* listStatement
    const { history } = yield* historyStatements
    const runStatement = yield* makeRunStatement
    const runAct = yield* makeRunAct
    const untilUnlocked = yield* makeUntilUnlocked
    const take = yield* makeTakeStep(untilUnlocked)

    /** Returns false if the id or the number exists already. */
    const insert = Effect.fnUntraced(function* (organisation: OrganisationId, communication: Communication, act: Act) {
      const [stored] = yield* runAct(
        "Communications.add",
        organisation,
        act
      )(sql.insert(organisation, communication, act))
      if (stored?.contact) return stored.added
      return yield* new ContactInformationNotFound({ id: communication.contact_information.id })
    })

    const find = Effect.fnUntraced(function* (organisation: OrganisationId, identifier: CommunicationIdentifier) {
      const finding = sql.find(organisation, identifier._tag, [keyOf(identifier)])
      const [row] = yield* runStatement("Communications.find", organisation)(finding)
      return row === undefined ? yield* new CommunicationNotFound({ identifier }) : yield* fromRow(row)
    })

    const nextNumber = (organisation: OrganisationId, increment: number, onLock: OnLock) =>
      sql.nextNumber(organisation, increment, onLock).pipe(
        runStatement("Communications.create", organisation),
        Effect.map(([next]) => next?.number)
      )

    return Communications.of({
      add: (organisation, communication, act) => {
        const { id, number } = communication
        return insert(organisation, communication, act).pipe(
          Effect.flatMap((added) => (added ? Effect.void : Effect.fail(new CommunicationExists({ id, number })))),
          withTimeLimit("Communications.add")
        )
      },
      create: (organisation, draft, act) =>
        Effect.gen(function* () {
          // Added communications may use the next numbers already: skip twice as many after each conflict.
          for (let increment = 1; ; increment *= 2) {
            const number = yield* untilUnlocked(
              organisation,
              nextNumber(organisation, increment, "skip"),
              Effect.map(nextNumber(organisation, increment, "wait"), (number) => number ?? "")
            )
            const communication = draft(CommunicationNumber.make(number))
            if (yield* insert(organisation, communication, act)) return communication
          }
        }).pipe(withTimeLimit("Communications.create")),
      findByKey: (organisation, by, key) =>
        sql.findByKey(organisation, by, key).pipe(
          runStatement("Communications.findByKey", organisation),
          Effect.flatMap(([row]) =>
            row === undefined
              ? Effect.succeed(undefined)
              : Effect.map(fromRow(row), (made) => ({ fingerprint: row.fingerprint, made }))
          ),
          withTimeLimit("Communications.findByKey")
        ),
      find: (organisation, identifier) => withTimeLimit("Communications.find")(find(organisation, identifier)),
      list: (organisation, query) =>
        list(organisation, query).pipe(
          runStatement("Communications.list", organisation),
          Effect.flatMap(Effect.forEach(fromRow)),
          withTimeLimit("Communications.list")
        ),
      history: (organisation, id) =>
        history(organisation, id).pipe(
          runStatement("Communications.history", organisation),
          Effect.flatMap(Effect.forEach(fromHistoryRow)),
          withTimeLimit("Communications.history")
        ),
      take,
      view: (organisation, identifier, at) => {
        const view = (onLock: OnLock) =>
          sql.view(organisation, identifier, at, onLock).pipe(
            runStatement("Communications.view", organisation),
            Effect.flatMap(([row]) => (row === undefined ? find(organisation, identifier) : fromRow(row)))
          )
        const waitForLock = view("wait")
        const attempt = Effect.map(view("skip"), (found) => (found.viewed_on === null ? undefined : found))
        return withTimeLimit("Communications.view")(untilUnlocked(organisation, attempt, waitForLock))
      }
    })
  })
)
