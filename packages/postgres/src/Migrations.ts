import { Effect, Record } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { createCommunications } from "./migrations/0001_create_communications.ts"
import { addTheFamily } from "./migrations/0002_add_the_family.ts"
import { addEvents } from "./migrations/0003_add_events.ts"
import { DatabaseSchema, quoted, tablesIn } from "./Tables.ts"

/**
 * Every change of the schema, in order: statements that run once, all or none. Forward only: what has run somewhere is
 * never edited, only followed.
 */
export const migrations = {
  "0001_create_communications": createCommunications,
  "0002_add_the_family": addTheFamily,
  "0003_add_events": addEvents
}

/**
 * Brings the schema of the database up to date, and tells what that took: nothing, where it was already. Several
 * processes may do so at once; a migration that fails leaves nothing behind.
 */
export const migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* DatabaseSchema
  if (schema !== "public") yield* sql.unsafe(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`)
  return yield* Migrator.make({})({
    loader: Migrator.fromRecord(
      Record.map(migrations, (statements) =>
        Effect.forEach(statements(tablesIn(schema)), (text) => sql.unsafe(text), { discard: true })
      )
    ),
    table: `${schema}.communications_migrations`
  })
})
