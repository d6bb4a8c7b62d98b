/** Runs step requests: single ones, and lists of them in one statement. */
import type { CommunicationIdentifier, IdempotencyKeyReused, StorageUnavailable } from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { formatArray, hex } from "../statements/Columns.ts"
import { makeRunAct } from "../statements/KeyedStatements.ts"
import { makeRunStatement } from "../statements/StorageErrors.ts"
import type { FoundRow, Row } from "./CommunicationRows.ts"
import { communicationStatements } from "./CommunicationStatements.ts"
import { makeStepSql, type OnLock, type StepRequest } from "./StepSql.ts"

/** The communication of a step request: after the step, or unchanged. Without a row it does not exist. */
export interface StepResult {
  readonly changed: boolean
  readonly row: FoundRow | undefined
}

/** The id or the number that an identifier consists of. */
export const keyOf = (identifier: CommunicationIdentifier): string =>
  identifier._tag === "Id" ? identifier.id : identifier.number

/** Makes the function that runs a list of step requests in one statement, on the tables of the client's schema. */
export const makeRunSteps = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const runStatement = yield* makeRunStatement
  const runAct = yield* makeRunAct
  const stepSql = yield* makeStepSql
  const { findReached } = yield* communicationStatements

  /** Reads the communications of requests, in one statement per organisation. */
  const findAll = Effect.fnUntraced(function* (requests: ReadonlyArray<StepRequest>) {
    const found = new Map<string, FoundRow>()
    for (const [organisation, own] of Map.groupBy(requests, (request) => request.organisation)) {
      for (const { identifier } of own.slice(0, 1)) {
        const values = own.map((request) => keyOf(request.identifier))
        const rows = yield* runStatement(
          "Communications.find",
          organisation
        )(findReached(organisation, identifier._tag, values))
        for (const row of rows) {
          const keys = { Id: hex(row.id), Number: row.number }
          found.set(organisation + keys[identifier._tag], row)
        }
      }
    }
    return found
  })

  /**
   * Runs requests of the same kind and returns their results in the same order. If two requests are for the same
   * communication, only one changes it. A request with an idempotency key must be alone, because a key that is used makes
   * the statement fail. Requests of several organisations always skip locked rows. Communications that
   * the statement did not change are read by a second statement.
   */
  return Effect.fnUntraced(function* (
    requests: ReadonlyArray<StepRequest>,
    onLock: OnLock
  ): Effect.fn.Return<ReadonlyArray<StepResult>, IdempotencyKeyReused | StorageUnavailable> {
    const [first] = requests
    if (first === undefined) return []
    const isOneOrganisation = requests.every(({ organisation }) => organisation === first.organisation)
    const items = requests.map(({ organisation, identifier, step, act, expectedVersion }, item) => ({
      ...{ item, key: keyOf(identifier), at: act.at, by: act.by, request_id: act.request_id },
      ...(expectedVersion === null ? {} : { versions: [expectedVersion].flat() }),
      ...(isOneOrganisation ? {} : { organisation }),
      ...(act.idempotency && { idempotency_key: act.idempotency.key, fingerprint: act.idempotency.fingerprint }),
      ...step.sets(act)
    }))
    const parameters = isOneOrganisation ? [first.organisation, formatArray(items.map(({ key }) => key))] : []
    const updated = yield* runAct(
      "Communications.take",
      first.organisation,
      first.act
    )(
      sql.unsafe<Row & { readonly item: string }>(
        stepSql(first, isOneOrganisation ? onLock : "skip", isOneOrganisation),
        [JSON.stringify(items), ...parameters]
      )
    )
    const results: Array<StepResult | undefined> = requests.map(() => undefined)
    for (const row of updated) results[Number(row.item)] = { changed: true, row }
    const unchanged = requests.filter((_, item) => results[item] === undefined)
    const found = yield* findAll(unchanged)
    return requests.map(
      ({ organisation, identifier }, item) =>
        results[item] ?? { changed: false, row: found.get(organisation + keyOf(identifier)) }
    )
  })
})
