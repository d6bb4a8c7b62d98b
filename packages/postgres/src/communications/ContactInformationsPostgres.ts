import { ContactInformationExists, ContactInformationNotFound, ContactInformations } from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { formatJson } from "../statements/Columns.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { type ContactRow, contactColumns, fromContactRow } from "./ContactRows.ts"

/** Contact information in PostgreSQL. */
export const layer: Layer.Layer<ContactInformations, never, SqlClient.SqlClient> = Layer.effect(
  ContactInformations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables

    return ContactInformations.of({
      add: (organisation, contact) =>
        sql`
          INSERT INTO ${table.contact_information} (
            organisation, id, type, life_cycle_state, name, first_name, middle_name, last_name, title, company_name,
            demographics, company_profile
          ) VALUES (
            ${organisation}::uuid, ${contact.id}::uuid, ${contact.type}, ${contact.life_cycle_state}, ${contact.name},
            ${contact.first_name}, ${contact.middle_name}, ${contact.last_name}, ${contact.title},
            ${contact.company_name}, ${formatJson(contact.demographics)}::text::json,
            ${formatJson(contact.company_profile)}::text::json
          ) ON CONFLICT DO NOTHING RETURNING 1`.pipe(
          runStatement("ContactInformations.add"),
          Effect.flatMap((added) =>
            added.length === 1 ? Effect.void : Effect.fail(new ContactInformationExists({ id: contact.id }))
          ),
          withTimeLimit("ContactInformations.add")
        ),
      find: (organisation, id) =>
        sql<ContactRow>`
          SELECT ${contactColumns(sql)} FROM ${table.contact_information} p
          WHERE p.organisation = ${organisation}::uuid AND p.id = ${id}::uuid`.pipe(
          runStatement("ContactInformations.find"),
          Effect.flatMap(([row]) =>
            row === undefined ? Effect.fail(new ContactInformationNotFound({ id })) : fromContactRow(row)
          ),
          withTimeLimit("ContactInformations.find")
        )
    })
  })
)
