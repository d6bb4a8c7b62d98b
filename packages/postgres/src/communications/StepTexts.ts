/** The texts of the statements that take steps, generated from the steps. */
import type { Act, CommunicationIdentifier, OrganisationId, State, StateMembers, Step } from "@communications/core"
import { stateNames, stepEntry } from "@communications/core"
import { Effect, Record } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { communicationColumns } from "./CommunicationRows.ts"
import { contactOfCommunication } from "./ContactRows.ts"
import { historyStatements } from "./HistoryStatements.ts"

/** Any step, as far as its statement depends on it. */
export type AnyStep = Pick<Step<State, State, unknown>, "from" | "to" | "sets">

/** A step that one communication of an organisation is to take. */
export interface Order {
  readonly organisation: OrganisationId
  readonly identifier: CommunicationIdentifier
  readonly step: AnyStep
  readonly act: Act
}

/** If another transaction has locked a row, wait for it, or skip the row. */
export type OnLock = "wait" | "skip"

/** The columns by which identifiers name a communication. */
const keys = {
  Id: { column: "id", type: "uuid", item: "uuid" },
  Number: { column: "number", type: "text", item: `text COLLATE "C"` }
} as const

/** The column type of every member that a step can set. */
const memberTypes: { readonly [Member in keyof StateMembers]: string } = {
  completed_at: "timestamptz",
  completed_by: "uuid"
}

/** The members that the step of an order sets. */
const membersOf = ({ step, act }: Order) => {
  const set = step.sets(act)
  return Record.keys(memberTypes).filter((member) => member in set)
}

/** Orders of the same kind can share a statement: they set the same members, and are all by id or all by number. */
export const kindOf = (order: Order): string =>
  `${order.identifier._tag} ${order.step.from} ${order.step.to} ${membersOf(order).join(" ")}`

/**
 * Makes the texts for a client, on the tables of its schema. `$1` are the orders as JSON. If they are all of one
 * organisation, that is `$2`, so that a distributed engine can route the statement to one node, and `$3` are the ids or
 * numbers. Every path to a communication is by its key, whatever number of orders the planner expects.
 */
export const stepTexts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const { record } = yield* historyStatements
  const { literal } = sql

  const make = (order: Order, onLock: OnLock, isOfOne: boolean): string => {
    const { step, act } = order
    const { column, type, item } = keys[order.identifier._tag]
    const members = membersOf(order)
    const isFrom = (alias: string) => literal(`${alias}.life_cycle_state = '${stateNames[step.from]}'`)
    const isOrdered = (alias: string) => literal(`${alias}.${column} = ANY((SELECT $3::text::${type}[])::${type}[])`)
    const unlocked = isOfOne
      ? sql`c.id IN (
          SELECT l.id FROM ${table.communications} l WHERE l.organisation = $2::uuid AND ${isOrdered("l")} AND ${isFrom("l")}
          FOR NO KEY UPDATE SKIP LOCKED
        )`
      : sql`(c.organisation, c.id) IN (
          SELECT l.organisation, l.id
          FROM json_to_recordset($1::text::json) AS o (organisation uuid, key ${literal(item)}), LATERAL (
            SELECT l.organisation, l.id FROM ${table.communications} l
            WHERE l.organisation = o.organisation AND l.${literal(column)} = o.key AND ${isFrom("l")}
            FOR NO KEY UPDATE SKIP LOCKED
          ) AS l
        )`
    const organisation = literal(isOfOne ? "$2::uuid" : "i.organisation")
    const [text] = sql`
      WITH updated AS (
        UPDATE ${table.communications} c SET version = c.version + 1,
          life_cycle_state = ${literal(`'${stateNames[step.to]}'`)}
          ${literal(members.map((member) => `, ${member} = i.${member}`).join(""))}
        FROM json_to_recordset($1::text::json) AS i (
          item integer, organisation uuid, key ${literal(item)}, at timestamptz, by uuid, request_id text
          ${literal(members.map((member) => `, ${member} ${memberTypes[member]}`).join(""))}
        )
        WHERE c.organisation = ${organisation} AND c.${literal(column)} = i.key AND ${isFrom("c")}
          AND ${onLock === "skip" ? unlocked : isOrdered("c")}
        RETURNING i.item, i.at, i.by, i.request_id, c.id AS communication, c.*
      ), recorded AS (${record(stepEntry(step, act), "updated")})
      SELECT c.item, ${communicationColumns(sql)}
      FROM updated c, ${contactOfCommunication(sql, table.contact_information, literal(isOfOne ? "$2::uuid" : "c.organisation"))}`.compile()
    return text
  }

  const texts = new Map<string, string>()
  return (order: Order, onLock: OnLock, isOfOne: boolean): string => {
    const variant = `${kindOf(order)} ${onLock} ${isOfOne}`
    const text = texts.get(variant) ?? make(order, onLock, isOfOne)
    texts.set(variant, text)
    return text
  }
})
