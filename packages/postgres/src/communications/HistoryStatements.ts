/** The statements on the history of communications. */
import type { CommunicationId, HistoryEntry, OrganisationId } from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { isoOf } from "../statements/Columns.ts"
import type { HistoryRow } from "./CommunicationRows.ts"

/** Makes the statements for a client, on the tables of its schema. */
export const historyStatements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables

  return {
    /**
     * A part of a statement that writes history entries. `changed` names another part, which returns the changed
     * communications as `organisation`, `communication`, `version`, `at`, `by` and `request_id`, and if the entries
     * have idempotency keys, `idempotency_key` and `fingerprint`. It returns rows so that Citus reports a violated key as such.
     */
    record: ({ from, to }: Pick<HistoryEntry, "from" | "to">, changed: string, hasKeys: boolean) => sql`
      INSERT INTO ${table.communication_history} (
        organisation, communication, version, "from", "to", at, by, request_id, era
        ${sql.literal(hasKeys ? ", idempotency_key, idempotency_fingerprint" : "")}
      )
      SELECT organisation, communication, version, ${sql.literal(from === null ? "NULL" : `'${from}'`)},
        ${sql.literal(`'${to}'`)}, at, by, request_id, (SELECT era FROM ${table.log_eras})
        ${sql.literal(hasKeys ? ", idempotency_key, decode(fingerprint, 'hex')" : "")}
      FROM ${sql.literal(changed)}
      RETURNING 1`,

    history: (organisation: OrganisationId, id: CommunicationId) => sql<HistoryRow>`
      SELECT "from", "to", ${isoOf(sql)("at")} AS at, by::text, request_id FROM ${table.communication_history}
      WHERE organisation = ${organisation}::uuid AND communication = ${id}::uuid ORDER BY version`
  }
})
