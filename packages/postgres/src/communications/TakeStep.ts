/** Takes steps of communications: in a batch, in a single statement, or in the host's transaction (decision 10). */
import {
  type Act,
  type CommunicationIdentifier,
  CommunicationNotFound,
  decide,
  type IdempotencyKeyReused,
  type InState,
  isIn,
  type OrganisationId,
  type StaleVersion,
  type State,
  type Step,
  type StepOptions,
  type StorageUnavailable
} from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { GroupCommit, makeStorageBatcher } from "../batching/GroupCommit.ts"
import { withRemainingTime, withTimeLimit } from "../statements/StorageErrors.ts"
import { matchTransaction } from "../statements/Transactions.ts"
import { fromRow } from "./CommunicationRows.ts"
import type { UntilUnlocked } from "./LockWaiters.ts"
import { kindOf, type OnLock, type StepRequest } from "./StepSql.ts"
import { makeRunSteps, type StepResult } from "./StepStatements.ts"

/** Makes `take` of `Communications`. It waits for locked rows by `untilUnlocked`. */
export const makeTakeStep = Effect.fnUntraced(function* (untilUnlocked: UntilUnlocked) {
  const client = yield* SqlClient.SqlClient
  const runSteps = yield* makeRunSteps

  const runSingle = (
    request: StepRequest,
    onLock: OnLock
  ): Effect.Effect<StepResult, IdempotencyKeyReused | StorageUnavailable> =>
    Effect.map(runSteps([request], onLock), ([result]) => result ?? { changed: false, row: undefined })

  const runInBatch = yield* makeStorageBatcher<StepRequest, StepResult>("Communications.take", {
    ...{ lanes: 4, lanesPerKey: 2 },
    run: (requests) => Effect.catchTag(runSteps(requests, "skip"), "IdempotencyKeyReused", Effect.die)
  })

  const groupCommit = yield* GroupCommit
  const batchKey = (request: StepRequest): string =>
    groupCommit === "organisation" ? `${request.organisation} ${kindOf(request)}` : kindOf(request)

  return <From extends State, To extends State, Refusal>(
    organisation: OrganisationId,
    identifier: CommunicationIdentifier,
    step: Step<From, To, Refusal>,
    act: Act,
    { expectedVersion = null }: StepOptions = {}
  ): Effect.Effect<
    InState<To>,
    Refusal | StaleVersion | CommunicationNotFound | IdempotencyKeyReused | StorageUnavailable
  > => {
    const request: StepRequest = { organisation, identifier, step, act, expectedVersion }

    /** Returns undefined if the step was possible but not taken, because the row was locked or has just changed. */
    const decodeResult = ({
      changed,
      row
    }: StepResult): Effect.Effect<InState<To> | undefined, Refusal | StaleVersion | CommunicationNotFound> =>
      row === undefined
        ? Effect.fail(new CommunicationNotFound({ identifier }))
        : Effect.flatMap(
            Effect.suspend(() => fromRow(row)),
            (found) => {
              if (!changed) {
                const decision = decide(step)(found, act, { expectedVersion }, row.request_id)
                return Effect.as(Effect.fromResult(decision), undefined)
              }
              return isIn(step.to, found)
                ? Effect.succeed(found)
                : Effect.die(`a step to ${step.to} has stored the state ${found._tag}`)
            }
          )

    const waitForLock = Effect.gen(function* () {
      while (true) {
        const result = yield* decodeResult(yield* runSingle(request, "wait"))
        if (result !== undefined) return result
      }
    })

    const single = withTimeLimit("Communications.take")(
      untilUnlocked(organisation, Effect.flatMap(runSingle(request, "skip"), decodeResult), waitForLock)
    )

    const batched = withRemainingTime((limitToRemaining) =>
      Effect.flatMap(Effect.flatMap(runInBatch(batchKey(request), request), decodeResult), (result) =>
        result === undefined ? limitToRemaining(single) : Effect.succeed(result)
      )
    )

    return groupCommit === "off"
      ? single
      : matchTransaction(client, {
          inTransaction: () => single,
          otherwise: () => (act.idempotency === undefined ? batched : single)
        })
  }
})
