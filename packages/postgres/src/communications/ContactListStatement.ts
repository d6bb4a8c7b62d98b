/** The statement that lists contact information. */
import { type ContactInformationQuery, ContactInformationType, type OrganisationId } from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { nameKey } from "../schema/migrations/0008_disable_users_and_list_contacts.ts"
import { tables } from "../schema/Tables.ts"
import { type ContactRow, contactColumns } from "./ContactRows.ts"

/**
 * Makes the statement for a client, on the tables of its schema (decision 11). Without a name it reads each type in the
 * order of an index, merges them into the page, and looks up each row of the page by its key. With a name it reads all
 * contacts whose names match from an index, and sorts them.
 */
export const contactListStatement = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables

  return (organisation: OrganisationId, { name, type, after, limit }: ContactInformationQuery) => {
    const types = type === undefined ? ContactInformationType.literals : [type]
    const start = sql`
      (SELECT created_at, id FROM ${table.contact_information}
        WHERE organisation = ${organisation}::uuid AND id = ${after}::uuid) AS start,`
    const key = sql`(SELECT ${sql.literal(nameKey("name"))} AS key FROM (SELECT ${name}::text AS name) AS n) AS wanted,`
    // U+10FFFF is the last character, so that it follows every name that begins with the key.
    const matches = sql`
      AND ${sql.literal(nameKey("p.name"))} >= wanted.key AND ${sql.literal(nameKey("p.name"))} < wanted.key || chr(1114111)`
    const firstOfType = sql`ORDER BY p.created_at DESC, p.id DESC LIMIT ${limit}::bigint`
    return sql<ContactRow>`
      SELECT found.* FROM (
        SELECT found.id, found.created_at FROM
          ${after === undefined ? sql`` : start}
          ${name ? key : sql``}
          (VALUES ${sql.join(",", false)(types.map((type) => sql`(${type}::text)`))}) AS t (type),
          LATERAL (
            SELECT p.id, p.created_at FROM ${table.contact_information} p
            WHERE p.organisation = ${organisation}::uuid AND p.type = t.type
              ${after === undefined ? sql`` : sql`AND (p.created_at, p.id) < (start.created_at, start.id)`}
              ${name ? matches : firstOfType}
          ) AS found
        ORDER BY found.created_at DESC, found.id DESC LIMIT ${limit}::bigint
      ) AS page, LATERAL (
        SELECT ${contactColumns(sql)} FROM ${table.contact_information} p
        WHERE p.organisation = ${organisation}::uuid AND p.id = page.id LIMIT 1
      ) AS found
      ORDER BY page.created_at DESC, page.id DESC`
  }
})
