/** The statements on communications, except steps and lists. */
import type {
  Act,
  Communication,
  CommunicationIdentifier,
  IdempotencyKey,
  OrganisationId,
  UserId
} from "@communications/core"
import { creationEntry } from "@communications/core"
import { type DateTime, Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { formatArray, formatTimestamp } from "../statements/Columns.ts"
import { replicated } from "../statements/Replication.ts"
import { communicationColumns, type FoundRow, type Row, stateColumns } from "./CommunicationRows.ts"
import { contactOfCommunication } from "./ContactRows.ts"
import { historyStatements } from "./HistoryStatements.ts"
import type { OnLock } from "./StepSql.ts"

/** A row of communications, with the fingerprint of the request with an idempotency key. */
interface KeyedRow extends Row {
  readonly fingerprint: string
}

/** Makes the statements for a client, on the tables of its schema. */
export const communicationStatements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const { record } = yield* historyStatements

  const finding =
    (reached: (organisation: OrganisationId) => Statement.Fragment) =>
    (organisation: OrganisationId, key: CommunicationIdentifier["_tag"], values: ReadonlyArray<string>) =>
      sql<FoundRow>`
      SELECT ${communicationColumns(sql)} ${reached(organisation)}
      FROM ${table.communications} c, ${contactOfCommunication(sql, table.contact_information, sql`${organisation}::uuid`)}
      WHERE c.organisation = ${organisation}::uuid
        AND ${key === "Id" ? sql`c.id = ANY((SELECT ${formatArray(values)}::text::uuid[])::uuid[])` : sql`c.number = ANY((SELECT ${formatArray(values)}::text::text[])::text[])`}`

  return {
    /** Returns whether the contact information exists, and whether the communication has been added. */
    insert: (organisation: OrganisationId, communication: Communication, act: Act) => {
      const state = stateColumns(communication)
      const { idempotency } = act
      const key = sql`, ${idempotency?.key}::text AS idempotency_key, ${idempotency?.fingerprint}::text AS fingerprint`
      return sql<{ readonly contact: boolean; readonly added: boolean }>`
        WITH contact AS (
          SELECT id FROM ${table.contact_information}
          WHERE organisation = ${organisation}::uuid AND id = ${communication.contact_information.id}::uuid
        ), added AS (
          INSERT INTO ${table.communications} (
            organisation, id, number, version, life_cycle_state, created_at, direction, media, subject, content, viewed_on,
            completed_at, completed_by, contact_information
          )
          SELECT ${organisation}::uuid, ${communication.id}::uuid, ${communication.number}::text,
            ${communication.version}::integer, ${state.life_cycle_state}::text, ${formatTimestamp(communication.created_at)}::timestamptz,
            ${communication.direction}::text, ${communication.media}::text, ${communication.subject}::text,
            ${communication.content}::text, ${formatTimestamp(communication.viewed_on)}::timestamptz,
            ${state.completed_at}::timestamptz, ${state.completed_by}::uuid, contact.id
          FROM contact
          ON CONFLICT DO NOTHING
          RETURNING organisation, id AS communication, version, ${formatTimestamp(act.at)}::timestamptz AS at,
            ${act.by}::uuid AS by, ${act.request_id}::text AS request_id ${idempotency === undefined ? sql`` : key}
        ), recorded AS (${record(creationEntry(communication, act), "added", idempotency !== undefined)})
        SELECT EXISTS (SELECT FROM contact) AS contact, EXISTS (SELECT FROM added) AS added`
    },

    /** Advances the last number of the organisation by `increment` and returns it; with `skip`, no row if it is locked or the first. */
    nextNumber: (organisation: OrganisationId, increment: number, onLock: OnLock) => {
      const unlocked = sql`WHERE EXISTS (
          SELECT FROM ${table.communication_numbers} WHERE organisation = ${organisation}::uuid
          FOR NO KEY UPDATE SKIP LOCKED
        )`
      return sql<{ readonly number: string }>`
        INSERT INTO ${table.communication_numbers} AS numbers (organisation, last)
        SELECT ${organisation}::uuid, ${increment}::bigint ${onLock === "skip" ? unlocked : sql``}
        ON CONFLICT (organisation) DO UPDATE SET last = numbers.last + excluded.last
        RETURNING last::text AS number`
    },

    /** The communications with these ids or numbers, all of one organisation, in any order. */
    find: finding(() => sql``),

    /** The same, with the request in which each of them reached its version, once it is replicated. */
    findReached: finding(
      (organisation) => sql`, (
      SELECT h.request_id FROM ${table.communication_history} h
      WHERE h.organisation = ${organisation}::uuid AND h.communication = c.id AND h.version = c.version
    ) AS request_id, ${replicated(sql)}`
    ),

    /** The communication whose history has an entry of this user with this idempotency key, once it is replicated. */
    findByKey: (organisation: OrganisationId, by: UserId, key: IdempotencyKey) => sql<KeyedRow>`
      SELECT upper(encode(h.idempotency_fingerprint, 'hex')) AS fingerprint, ${communicationColumns(sql)},
        ${replicated(sql)}
      FROM ${table.communication_history} h,
        LATERAL (
          SELECT * FROM ${table.communications} c
          WHERE c.organisation = ${organisation}::uuid AND c.id = h.communication LIMIT 1
        ) AS c,
        ${contactOfCommunication(sql, table.contact_information, sql`${organisation}::uuid`)}
      WHERE h.organisation = ${organisation}::uuid AND h.by = ${by}::uuid AND h.idempotency_key = ${key}`,

    /** Returns the communication if this is its first view; no row otherwise, or if its row is locked and skipped. */
    view: (organisation: OrganisationId, identifier: CommunicationIdentifier, at: DateTime.Utc, onLock: OnLock) => {
      const matches = (alias: string) =>
        identifier._tag === "Id"
          ? sql`${sql.literal(alias)}.id = ${identifier.id}::uuid`
          : sql`${sql.literal(alias)}.number = ${identifier.number}`
      const unlocked = sql`AND c.id IN (
            SELECT l.id FROM ${table.communications} l
            WHERE l.organisation = ${organisation}::uuid AND l.viewed_on IS NULL AND ${matches("l")}
            FOR NO KEY UPDATE SKIP LOCKED
          )`
      return sql<Row>`
        WITH viewed AS (
          UPDATE ${table.communications} c SET viewed_on = ${formatTimestamp(at)}::timestamptz
          WHERE c.organisation = ${organisation}::uuid AND c.viewed_on IS NULL AND ${matches("c")}
            ${onLock === "skip" ? unlocked : sql``}
          RETURNING c.*
        )
        SELECT ${communicationColumns(sql)}
        FROM viewed c, ${contactOfCommunication(sql, table.contact_information, sql`${organisation}::uuid`)}`
    }
  }
})
