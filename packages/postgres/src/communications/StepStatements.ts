/** Steps of communications, taken by a list of orders. */
import type { CommunicationIdentifier, StorageUnavailable } from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { array, hex } from "../statements/Columns.ts"
import { statement } from "../statements/StorageErrors.ts"
import type { Row } from "./CommunicationRows.ts"
import { communicationStatements } from "./CommunicationStatements.ts"
import { type OnLock, type Order, stepTexts } from "./StepTexts.ts"

/** The communication of an order: as it is after the step, or unchanged; without a row it does not exist. */
export interface Taken {
  readonly changed: boolean
  readonly row: Row | undefined
}

/** The value of an identifier in the column that it names. */
export const keyOf = (identifier: CommunicationIdentifier): string =>
  identifier._tag === "Id" ? identifier.id : identifier.number

/** Makes the function that takes a step for a list of orders, in one statement on the tables of the client's schema. */
export const stepStatements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const textOf = yield* stepTexts
  const { find } = yield* communicationStatements

  /** Reads the communications of orders, those of one organisation in one statement. */
  const findAll = Effect.fnUntraced(function* (orders: ReadonlyArray<Order>) {
    const found = new Map<string, Row>()
    for (const [organisation, own] of Map.groupBy(orders, (order) => order.organisation)) {
      for (const { identifier } of own.slice(0, 1)) {
        const values = own.map((order) => keyOf(order.identifier))
        const rows = yield* statement("communications.find")(find(organisation, identifier._tag, values))
        for (const row of rows) found.set(organisation + (identifier._tag === "Id" ? hex(row.id) : row.number), row)
      }
    }
    return found
  })

  /**
   * Takes a step for orders of one kind, and returns by position. Of two orders of one communication one is taken. Orders
   * of several organisations skip locked rows. The communications that did not change are read afterwards.
   */
  return Effect.fnUntraced(function* (
    orders: ReadonlyArray<Order>,
    onLock: OnLock
  ): Effect.fn.Return<ReadonlyArray<Taken>, StorageUnavailable> {
    const [first] = orders
    if (first === undefined) return []
    const isOfOne = orders.every(({ organisation }) => organisation === first.organisation)
    const items = orders.map(({ organisation, identifier, step, act }, item) => ({
      ...{ item, key: keyOf(identifier), at: act.at, by: act.by, request_id: act.request_id },
      ...(isOfOne ? {} : { organisation }),
      ...step.sets(act)
    }))
    const parameters = isOfOne ? [first.organisation, array(items.map(({ key }) => key))] : []
    const updated = yield* statement("communications.take")(
      sql.unsafe<Row & { readonly item: number }>(textOf(first, isOfOne ? onLock : "skip", isOfOne), [
        JSON.stringify(items),
        ...parameters
      ])
    )
    const taken: Array<Taken | undefined> = orders.map(() => undefined)
    for (const row of updated) taken[row.item] = { changed: true, row }
    const others = orders.filter((_, item) => taken[item] === undefined)
    const found = yield* findAll(others)
    return orders.map(
      ({ organisation, identifier }, item) =>
        taken[item] ?? { changed: false, row: found.get(organisation + keyOf(identifier)) }
    )
  })
})
