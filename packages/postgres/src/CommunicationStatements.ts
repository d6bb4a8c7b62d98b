/** The statements on communications, each of them atomic by itself. */
import {
  type Communication,
  type CommunicationId,
  type CommunicationIdentifier,
  type CommunicationsQuery,
  Direction,
  isCompletion,
  LifeCycleState,
  Media,
  type OrganisationId,
  type Transition
} from "@communications/core"
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { Write } from "./Batches.ts"
import { communicationColumns, isNamed, isoOf, moment } from "./Columns.ts"
import { type Row, stateColumns, type TransitionRow } from "./Rows.ts"
import { tables } from "./Tables.ts"

/** Makes the statements for a client, on the tables of its schema. */
export const statements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables
  const iso = isoOf(sql)

  const columns = communicationColumns(sql)

  const joined = (organisation: OrganisationId) => sql`
    ${table.communications} c
    JOIN ${table.contact_information} p ON p.organisation = ${organisation}::uuid AND p.id = c.contact_information`

  /** Records a step of the communications that a part of the statement wrote, each with its version. */
  const record = (organisation: OrganisationId, { from, to, at, by, request_id }: Transition, written: string) => sql`
    INSERT INTO ${table.communication_history}
      (organisation, communication, version, "from", "to", at, by, request_id)
    SELECT ${organisation}::uuid, id, version, ${from}::text, ${to}::text, ${moment(at)}::timestamptz, ${by}::uuid,
      ${request_id}::text
    FROM ${sql.literal(written)}`

  /** Tells subscribers of the communications that a part of the statement completed. */
  const tell = (organisation: OrganisationId, { at, by, request_id }: Transition, written: string) => sql`
    INSERT INTO ${table.events}
      (transaction, type, payload_version, organisation, communication, at, by, request_id)
    SELECT told_in, 'CommunicationCompleted', 1, ${organisation}::uuid, id, ${moment(at)}::timestamptz, ${by}::uuid,
      ${request_id}::text
    FROM ${sql.literal(written)}`

  const oneOf = (values: ReadonlyArray<string>): Statement.Fragment =>
    sql.join(",", false)(values.map((value) => sql`(${value}::text)`))

  /** The id of a communication that nobody else holds. */
  const free = (organisation: OrganisationId, id: CommunicationId) => sql`
    SELECT id FROM ${table.communications} WHERE organisation = ${organisation}::uuid AND id = ${id}::uuid
    FOR NO KEY UPDATE SKIP LOCKED`

  return {
    /** Whether the contact is stored, and whether the communication has been stored with it. */
    insert: (organisation: OrganisationId, communication: Communication, step: Transition) => {
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
          RETURNING id, version
        ), recorded AS (${record(organisation, step, "added")})
        SELECT EXISTS (SELECT FROM contact) AS contact, EXISTS (SELECT FROM added) AS added`
    },

    /** The next number of the organisation, `step` above the one that it gave last. */
    nextNumber: (organisation: OrganisationId, step: number) => sql<{ readonly number: string }>`
      INSERT INTO ${table.communication_numbers} AS numbers (organisation, last)
      VALUES (${organisation}::uuid, ${step}::bigint)
      ON CONFLICT (organisation) DO UPDATE SET last = numbers.last + excluded.last
      RETURNING last::text AS number`,

    find: (organisation: OrganisationId, identifier: CommunicationIdentifier) => sql<Row>`
      SELECT ${columns} FROM ${joined(organisation)}
      WHERE c.organisation = ${organisation}::uuid AND ${isNamed(sql)(identifier)}`,

    /**
     * Finds each combination of state, direction and media in its order, of these the page, and of that each row by its
     * key: `LIMIT 1` keeps it so whatever the planner expects of a page whose size it does not know.
     */
    list: (organisation: OrganisationId, query: CommunicationsQuery) => {
      const { contact_information: contact, life_cycle_state, direction, media, after, offset, limit } = query
      const start = sql`
        (SELECT created_at, id FROM ${table.communications}
          WHERE organisation = ${organisation}::uuid AND id = ${after}::uuid) AS start,`
      return sql<Row>`
        SELECT found.* FROM (
          SELECT found.id, found.created_at FROM
            ${after === undefined ? sql`` : start}
            (VALUES ${oneOf(life_cycle_state === undefined ? LifeCycleState.literals : [life_cycle_state])}) AS s (state),
            (VALUES ${oneOf(direction === undefined ? Direction.literals : [direction])}) AS d (direction),
            (VALUES ${oneOf(media === undefined ? Media.literals : [media])}) AS m (media),
            LATERAL (
              SELECT id, created_at FROM ${table.communications}
              WHERE organisation = ${organisation}::uuid
                ${contact === undefined ? sql`` : sql`AND contact_information = ${contact}::uuid`}
                AND life_cycle_state = s.state AND direction = d.direction AND media = m.media
                ${after === undefined ? sql`` : sql`AND (created_at, id) < (start.created_at, start.id)`}
              ORDER BY created_at DESC, id DESC LIMIT ${offset + limit}::bigint
            ) AS found
          ORDER BY found.created_at DESC, found.id DESC LIMIT ${limit}::bigint OFFSET ${offset}::bigint
        ) AS page, LATERAL (
          SELECT ${columns} FROM ${joined(organisation)}
          WHERE c.organisation = ${organisation}::uuid AND c.id = page.id LIMIT 1
        ) AS found
        ORDER BY page.created_at DESC, page.id DESC`
    },

    history: (organisation: OrganisationId, id: CommunicationId) => sql<TransitionRow>`
      SELECT "from", "to", ${iso("at")} AS at, by::text, request_id FROM ${table.communication_history}
      WHERE organisation = ${organisation}::uuid AND communication = ${id}::uuid ORDER BY version`,

    /**
     * A row where the communication was still of that version, and is now what is given. Who holds it is waited for, or it
     * is left as if it were of another version.
     */
    update: ({ organisation, version, next: communication, step }: Write, held: "is waited for" | "is left") => {
      const state = stateColumns(communication)
      const isTold = step !== null && isCompletion(step)
      return sql<object>`
        WITH updated AS (
          UPDATE ${table.communications} SET
            version = version + 1, life_cycle_state = ${state.life_cycle_state}, subject = ${communication.subject},
            viewed_on = ${moment(communication.viewed_on)}::timestamptz,
            completed_at = ${state.completed_at}::timestamptz, completed_by = ${state.completed_by}::uuid
            ${isTold ? sql`, told_in = greatest(told_in, pg_current_xact_id())` : sql``}
          WHERE organisation = ${organisation}::uuid AND id = ${communication.id}::uuid AND version = ${version}
            ${held === "is left" ? sql`AND id = (${free(organisation, communication.id)})` : sql``}
          RETURNING id, version, told_in
        )${isTold ? sql`, told AS (${tell(organisation, step, "updated")})` : sql``}${step === null ? sql`` : sql`, recorded AS (${record(organisation, step, "updated")})`}
        SELECT 1 FROM updated`
    }
  }
})
