/** The statements on communications, but for steps and lists; each of them is atomic by itself. */
import type { Act, Communication, CommunicationIdentifier, OrganisationId } from "@communications/core"
import { creationEntry } from "@communications/core"
import { type DateTime, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { array, moment } from "../statements/Columns.ts"
import { communicationColumns, type Row, stateColumns } from "./CommunicationRows.ts"
import { contactOfCommunication } from "./ContactRows.ts"
import { historyStatements } from "./HistoryStatements.ts"
import type { OnLock } from "./StepTexts.ts"

/** Makes the statements for a client, on the tables of its schema. */
export const communicationStatements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const { record } = yield* historyStatements

  return {
    /** Whether the contact is stored, and whether the communication has been stored with it. */
    insert: (organisation: OrganisationId, communication: Communication, act: Act) => {
      const state = stateColumns(communication)
      return sql<{ readonly contact: boolean; readonly added: boolean }>`
        WITH contact AS (
          SELECT id FROM ${table.contact_information}
          WHERE organisation = ${organisation}::uuid AND id = ${communication.contact_information.id}::uuid
        ), added AS (
          INSERT INTO ${table.communications} (
            organisation, id, number, life_cycle_state, created_at, direction, media, subject, content, viewed_on,
            completed_at, completed_by, contact_information
          )
          SELECT ${organisation}::uuid, ${communication.id}::uuid, ${communication.number}::text,
            ${state.life_cycle_state}::text, ${moment(communication.created_at)}::timestamptz,
            ${communication.direction}::text, ${communication.media}::text, ${communication.subject}::text,
            ${communication.content}::text, ${moment(communication.viewed_on)}::timestamptz,
            ${state.completed_at}::timestamptz, ${state.completed_by}::uuid, contact.id
          FROM contact
          ON CONFLICT DO NOTHING
          RETURNING organisation, id AS communication, version, ${moment(act.at)}::timestamptz AS at,
            ${act.by}::uuid AS by, ${act.request_id}::text AS request_id
        ), recorded AS (${record(creationEntry(communication, act), "added")})
        SELECT EXISTS (SELECT FROM contact) AS contact, EXISTS (SELECT FROM added) AS added`
    },

    /** The next number of the organisation, `step` above the one that it gave last. */
    nextNumber: (organisation: OrganisationId, step: number) => sql<{ readonly number: string }>`
      INSERT INTO ${table.communication_numbers} AS numbers (organisation, last)
      VALUES (${organisation}::uuid, ${step}::bigint)
      ON CONFLICT (organisation) DO UPDATE SET last = numbers.last + excluded.last
      RETURNING last::text AS number`,

    /** The communications with these ids or numbers, all of one organisation, in any order. */
    find: (
      organisation: OrganisationId,
      key: CommunicationIdentifier["_tag"],
      values: ReadonlyArray<string>
    ) => sql<Row>`
      SELECT ${communicationColumns(sql)}
      FROM ${table.communications} c, ${contactOfCommunication(sql, table.contact_information, sql`${organisation}::uuid`)}
      WHERE c.organisation = ${organisation}::uuid
        AND ${key === "Id" ? sql`c.id = ANY((SELECT ${array(values)}::text::uuid[])::uuid[])` : sql`c.number = ANY((SELECT ${array(values)}::text::text[])::text[])`}`,

    /** The communication, where it had not been viewed before; nothing either where its row is locked and skipped. */
    view: (organisation: OrganisationId, identifier: CommunicationIdentifier, at: DateTime.Utc, onLock: OnLock) => {
      const isIt = (alias: string) =>
        identifier._tag === "Id"
          ? sql`${sql.literal(alias)}.id = ${identifier.id}::uuid`
          : sql`${sql.literal(alias)}.number = ${identifier.number}`
      const unlocked = sql`AND c.id IN (
            SELECT l.id FROM ${table.communications} l
            WHERE l.organisation = ${organisation}::uuid AND l.viewed_on IS NULL AND ${isIt("l")}
            FOR NO KEY UPDATE SKIP LOCKED
          )`
      return sql<Row>`
        WITH viewed AS (
          UPDATE ${table.communications} c SET viewed_on = ${moment(at)}::timestamptz
          WHERE c.organisation = ${organisation}::uuid AND c.viewed_on IS NULL AND ${isIt("c")}
            ${onLock === "skip" ? unlocked : sql``}
          RETURNING c.*
        )
        SELECT ${communicationColumns(sql)}
        FROM viewed c, ${contactOfCommunication(sql, table.contact_information, sql`${organisation}::uuid`)}`
    }
  }
})
