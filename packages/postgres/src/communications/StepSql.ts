/** The SQL that takes steps, generated from the steps (decision 3). */
import type {
  Act,
  CommunicationIdentifier,
  ExpectedVersion,
  OrganisationId,
  State,
  StateMembers,
  Step
} from "@communications/core"
import { stateNames, stepEntry } from "@communications/core"
import { Effect, Record } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { communicationColumns } from "./CommunicationRows.ts"
import { contactOfCommunication } from "./ContactRows.ts"
import { historyStatements } from "./HistoryStatements.ts"

/** The members of a step on which its SQL depends. */
export type AnyStep = Pick<Step<State, State, unknown>, "from" | "to" | "sets">

/** A request to take a step of one communication. */
export interface StepRequest {
  readonly organisation: OrganisationId
  readonly identifier: CommunicationIdentifier
  readonly step: AnyStep
  readonly act: Act
  readonly expectedVersion: ExpectedVersion
}

/** If another transaction has locked a row, wait for it, or skip the row. */
export type OnLock = "wait" | "skip"

/** The columns that the two kinds of identifiers refer to. */
const keyColumns = {
  Id: { column: "id", type: "uuid", item: "uuid" },
  Number: { column: "number", type: "text", item: `text COLLATE "C"` }
} as const

/** The column type of every member that a step can set. */
const memberTypes: { readonly [Member in keyof StateMembers]: string } = {
  completed_at: "timestamptz",
  completed_by: "uuid"
}

/** The members that the step of a request sets. */
const membersOf = ({ step, act }: StepRequest) => {
  const set = step.sets(act)
  return Record.keys(memberTypes).filter((member) => member in set)
}

/**
 * Requests of the same kind can share a statement: they set the same members, all are by id or all by number, all or
 * none expect a version, and all or none have an idempotency key.
 */
export const kindOf = (request: StepRequest): string => {
  const { identifier, step, act, expectedVersion } = request
  const hasKey = act.idempotency !== undefined
  return `${identifier._tag} ${step.from} ${step.to} ${expectedVersion !== null} ${hasKey} ${membersOf(request).join(" ")}`
}

/**
 * Makes the function that returns the SQL for requests like the given one, on the tables of the client's schema. `$1`
 * is the list of requests as JSON. If all of them are of one organisation, `$2` is this organisation, so that a
 * distributed engine can route the statement to one node, and `$3` is the list of ids or numbers. The statement reads
 * communications by key only, whatever number of requests the planner expects.
 */
export const makeStepSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const { record } = yield* historyStatements
  const { literal } = sql

  const make = (request: StepRequest, onLock: OnLock, isOneOrganisation: boolean): string => {
    const { step, act, expectedVersion } = request
    const { column, type, item } = keyColumns[request.identifier._tag]
    const members = membersOf(request)
    const hasKeys = act.idempotency !== undefined
    const isFrom = (alias: string) => literal(`${alias}.life_cycle_state = '${stateNames[step.from]}'`)
    const isRequested = (alias: string) => literal(`${alias}.${column} = ANY((SELECT $3::text::${type}[])::${type}[])`)
    const unlocked = isOneOrganisation
      ? sql`c.id IN (
          SELECT l.id FROM ${table.communications} l WHERE l.organisation = $2::uuid AND ${isRequested("l")} AND ${isFrom("l")}
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
    const organisation = literal(isOneOrganisation ? "$2::uuid" : "i.organisation")
    const [text] = sql`
      WITH updated AS (
        UPDATE ${table.communications} c SET version = c.version + 1,
          life_cycle_state = ${literal(`'${stateNames[step.to]}'`)}
          ${literal(members.map((member) => `, ${member} = i.${member}`).join(""))}
        FROM json_to_recordset($1::text::json) AS i (
          item integer, organisation uuid, key ${literal(item)}, at timestamptz, by uuid, request_id text
          ${literal(expectedVersion === null ? "" : ", versions integer[]")}
          ${literal(members.map((member) => `, ${member} ${memberTypes[member]}`).join(""))}
          ${literal(hasKeys ? ", idempotency_key text, fingerprint text" : "")}
        )
        WHERE c.organisation = ${organisation} AND c.${literal(column)} = i.key AND ${isFrom("c")}
          ${literal(expectedVersion === null ? "" : "AND c.version = ANY(i.versions)")}
          AND ${onLock === "skip" ? unlocked : isRequested("c")}
        RETURNING i.item, i.at, i.by, i.request_id, ${literal(hasKeys ? "i.idempotency_key, i.fingerprint," : "")}
          c.id AS communication, c.*
      ), recorded AS (${record(stepEntry(step, act), "updated", hasKeys)})
      SELECT c.item::text, ${communicationColumns(sql)}
      FROM updated c, ${contactOfCommunication(sql, table.contact_information, literal(isOneOrganisation ? "$2::uuid" : "c.organisation"))}`.compile()
    return text
  }

  const texts = new Map<string, string>()
  return (request: StepRequest, onLock: OnLock, isOneOrganisation: boolean): string => {
    const variant = `${kindOf(request)} ${onLock} ${isOneOrganisation}`
    const text = texts.get(variant) ?? make(request, onLock, isOneOrganisation)
    texts.set(variant, text)
    return text
  }
})
