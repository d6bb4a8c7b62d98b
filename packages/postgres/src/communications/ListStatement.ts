/** The statement that lists communications. */
import { type CommunicationsQuery, Direction, LifeCycleState, Media, type OrganisationId } from "@communications/core"
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { communicationColumns, type Row } from "./CommunicationRows.ts"

/**
 * Makes the statement for a client, on the tables of its schema (decision 11). It reads each combination of state,
 * direction and media in the order of an index, merges them into the page, and looks up each row of the page by its
 * key. `LIMIT 1` forces this look-up, whatever size of the page the planner expects.
 */
export const listStatement = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables

  const oneOf = (values: ReadonlyArray<string>): Statement.Fragment =>
    sql.join(",", false)(values.map((value) => sql`(${value}::text)`))

  return (organisation: OrganisationId, query: CommunicationsQuery) => {
    const {
      contact_information: contact,
      life_cycle_state,
      direction,
      media,
      after,
      offset,
      limit,
      omitsContent
    } = query
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
        SELECT ${communicationColumns(sql, omitsContent)} FROM ${table.communications} c
        JOIN ${table.contact_information} p ON p.organisation = ${organisation}::uuid AND p.id = c.contact_information
        WHERE c.organisation = ${organisation}::uuid AND c.id = page.id LIMIT 1
      ) AS found
      ORDER BY page.created_at DESC, page.id DESC`
  }
})
