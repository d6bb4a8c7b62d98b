import {
  type Communication,
  CommunicationExists,
  type CommunicationIdentifier,
  CommunicationNotFound,
  Communications,
  type OrganisationId
} from "@communications/core"
import { DateTime, Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { fromRow, type Row, stateColumns } from "./Rows.ts"
import { bounded, statement } from "./StorageErrors.ts"

const moment = (at: DateTime.Utc | null) => (at === null ? null : DateTime.formatIso(at))
const json = (value: unknown) => (value === null ? null : JSON.stringify(value))

const isTaken = ({ reason }: SqlError.SqlError): boolean => reason._tag === "UniqueViolation"

/**
 * Communications in PostgreSQL. A modification is a compare-and-set: read, decide, update where the version is still
 * the one that was read, and decide anew where it is not. It holds no lock and needs no transaction of its own.
 */
export const layer: Layer.Layer<Communications, never, SqlClient.SqlClient> = Layer.effect(
  Communications,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const iso = (column: string) =>
      sql.literal(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

    const insert = (organisation: OrganisationId, communication: Communication) => {
      const { contact_information: contact } = communication
      const state = stateColumns(communication)
      return sql`
        WITH contact AS (
          INSERT INTO contact_information (
            organisation, id, type, life_cycle_state, name, first_name, middle_name, last_name, title, company_name,
            demographics, company_profile
          ) VALUES (
            ${organisation}::uuid, ${contact.id}::uuid, ${contact.type}, ${contact.life_cycle_state}, ${contact.name},
            ${contact.first_name}, ${contact.middle_name}, ${contact.last_name}, ${contact.title},
            ${contact.company_name}, ${json(contact.demographics)}::text::jsonb,
            ${json(contact.company_profile)}::text::jsonb
          ) ON CONFLICT DO NOTHING
        )
        INSERT INTO communications (
          organisation, id, number, life_cycle_state, subject, viewed_on, completed_at, completed_by,
          contact_information
        ) VALUES (
          ${organisation}::uuid, ${communication.id}::uuid, ${communication.number}, ${state.life_cycle_state},
          ${communication.subject}, ${moment(communication.viewed_on)}::timestamptz, ${state.completed_at}::timestamptz,
          ${state.completed_by}::uuid, ${contact.id}::uuid
        )`
    }

    const find = (organisation: OrganisationId, identifier: CommunicationIdentifier) => sql<Row>`
      SELECT
        c.version, c.id::text, c.number, c.life_cycle_state, c.subject,
        ${iso("c.viewed_on")} AS viewed_on, ${iso("c.completed_at")} AS completed_at, c.completed_by::text,
        p.id::text AS contact_id, p.type AS contact_type, p.life_cycle_state AS contact_life_cycle_state,
        p.name AS contact_name, p.first_name, p.middle_name, p.last_name, p.title, p.company_name,
        p.demographics::text, p.company_profile::text
      FROM communications c
      JOIN contact_information p ON p.organisation = c.organisation AND p.id = c.contact_information
      WHERE c.organisation = ${organisation}::uuid
        AND ${identifier._tag === "Id" ? sql`c.id = ${identifier.id}::uuid` : sql`c.number = ${identifier.number}`}`

    /** Whether the row was still of that version, and is now what is given. */
    const update = (organisation: OrganisationId, version: number, communication: Communication) => {
      const state = stateColumns(communication)
      return Effect.map(
        sql`
          UPDATE communications SET
            version = version + 1, life_cycle_state = ${state.life_cycle_state}, subject = ${communication.subject},
            viewed_on = ${moment(communication.viewed_on)}::timestamptz,
            completed_at = ${state.completed_at}::timestamptz, completed_by = ${state.completed_by}::uuid
          WHERE organisation = ${organisation}::uuid AND id = ${communication.id}::uuid AND version = ${version}
          RETURNING 1`,
        (updated) => updated.length === 1
      )
    }

    return Communications.of({
      add: (organisation, communication) =>
        insert(organisation, communication).pipe(
          Effect.as(true),
          Effect.catchIf(isTaken, () => Effect.succeed(false)),
          statement("communications.add"),
          Effect.flatMap((stored) => {
            const { id, number } = communication
            return stored ? Effect.void : Effect.fail(new CommunicationExists({ id, number }))
          }),
          bounded("communications.add")
        ),
      modify: (organisation, identifier, transition) =>
        Effect.gen(function* () {
          while (true) {
            const [row] = yield* statement("communications.find")(find(organisation, identifier))
            if (row === undefined) return yield* new CommunicationNotFound({ identifier })
            const next = yield* Effect.fromResult(transition(yield* fromRow(row)))
            const won = yield* statement("communications.update")(update(organisation, row.version, next))
            if (won) return next
          }
        }).pipe(bounded("communications.modify"))
    })
  })
)
