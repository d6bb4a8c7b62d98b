import { Effect } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { createCommunications } from "./migrations/0001_create_communications.ts"

/** A migration: statements that run once, in order, all or none. */
const migration = (statements: ReadonlyArray<string>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(statements, (text) => sql.unsafe(text), { discard: true })
  )

/** Every change of the schema, in order. Forward only: what has run somewhere is never edited, only followed. */
export const migrations = {
  "0001_create_communications": migration(createCommunications)
}

/**
 * Brings the schema of the database up to date, and tells what that took: nothing, where it was already. Several
 * processes may do so at once; a migration that fails leaves nothing behind.
 */
export const migrate = Migrator.make({})({
  loader: Migrator.fromRecord(migrations),
  table: "communications_migrations"
})
