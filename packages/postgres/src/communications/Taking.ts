/** Steps of communications: alone, in a batch, or in the transaction of a host. */
import {
  type Act,
  type CommunicationIdentifier,
  CommunicationNotFound,
  decide,
  type InState,
  isIn,
  type OrganisationId,
  type State,
  type Step,
  type StorageUnavailable
} from "@communications/core"
import { Effect, type Semaphore } from "effect"
import { SqlClient } from "effect/sql"
import { batched, GroupCommit, unlessInTransaction } from "../batching/GroupCommit.ts"
import { bounded, withinRest } from "../statements/StorageErrors.ts"
import { fromRow } from "./CommunicationRows.ts"
import { stepStatements, type Taken } from "./StepStatements.ts"
import { kindOf, type OnLock, type Order } from "./StepTexts.ts"

/** Makes `take` of the port `Communications`; who waits for a locked row has one of the permits of `waiters`. */
export const taking = Effect.fnUntraced(function* (waiters: Semaphore.Semaphore) {
  const client = yield* SqlClient.SqlClient
  const runSteps = yield* stepStatements

  const one = (order: Order, onLock: OnLock): Effect.Effect<Taken, StorageUnavailable> =>
    Effect.map(runSteps([order], onLock), ([taken]) => taken ?? { changed: false, row: undefined })

  const inBatch = yield* batched<Order, Taken>("communications.take", {
    ...{ lanes: 4, lanesPerKey: 2 },
    run: (orders) => runSteps(orders, "skip")
  })

  const groupCommit = yield* GroupCommit
  const queueKey = (order: Order): string =>
    groupCommit === "organisation" ? `${order.organisation} ${kindOf(order)}` : kindOf(order)

  return <From extends State, To extends State, Refusal>(
    organisation: OrganisationId,
    identifier: CommunicationIdentifier,
    step: Step<From, To, Refusal>,
    act: Act
  ): Effect.Effect<InState<To>, Refusal | CommunicationNotFound | StorageUnavailable> => {
    const order: Order = { organisation, identifier, step, act }

    /** The result of an order; nothing where the step is possible now, because the row was locked or has just changed. */
    const resultOf = ({
      changed,
      row
    }: Taken): Effect.Effect<InState<To> | undefined, Refusal | CommunicationNotFound> =>
      row === undefined
        ? Effect.fail(new CommunicationNotFound({ identifier }))
        : Effect.flatMap(
            Effect.suspend(() => fromRow(row)),
            (found) => {
              if (!changed) return Effect.as(Effect.fromResult(decide(step)(found, act)), undefined)
              return isIn(step.to, found) ? Effect.succeed(found) : Effect.die(`a step has led to ${found._tag}`)
            }
          )

    const waiting = Effect.gen(function* () {
      while (true) {
        const result = yield* resultOf(yield* one(order, "wait"))
        if (result !== undefined) return result
      }
    })

    const alone = bounded("communications.take")(waiting)

    /** Takes the row at once if it is unlocked now; otherwise few wait for it, so that most connections stay free. */
    const retry = Effect.flatMap(Effect.flatMap(one(order, "skip"), resultOf), (result) =>
      result === undefined ? waiters.withPermit(waiting) : Effect.succeed(result)
    )

    const together = withinRest((rest) =>
      Effect.flatMap(Effect.flatMap(inBatch(queueKey(order), order), resultOf), (result) =>
        result === undefined ? rest(bounded("communications.take")(retry)) : Effect.succeed(result)
      )
    )

    return groupCommit !== "off"
      ? unlessInTransaction(
          client,
          () => together,
          () => alone
        )
      : alone
  }
})
