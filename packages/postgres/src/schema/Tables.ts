/** The names of the tables. Every statement qualifies them with the schema, because the host chooses it. */
import { Context, Effect, Record } from "effect"
import { SqlClient } from "effect/sql"

/** The schema that contains the tables, by default `communications`. Any name is allowed. */
export const DatabaseSchema = Context.Reference<string>("@communications/postgres/DatabaseSchema", {
  defaultValue: () => "communications"
})

/** Quotes an identifier, so that PostgreSQL takes it literally. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The qualified names of the tables. */
export const tablesIn = (schema: string) => ({
  attempts: `${quote(schema)}.attempts`,
  communication_history: `${quote(schema)}.communication_history`,
  communication_numbers: `${quote(schema)}.communication_numbers`,
  communications: `${quote(schema)}.communications`,
  contact_information: `${quote(schema)}.contact_information`,
  log_eras: `${quote(schema)}.log_eras`,
  log_positions: `${quote(schema)}.log_positions`,
  organisations: `${quote(schema)}.organisations`,
  sessions: `${quote(schema)}.sessions`,
  subscriptions: `${quote(schema)}.subscriptions`,
  users: `${quote(schema)}.users`
})

/** The qualified names for migrations, including tables that a later migration drops. */
export const everyTableIn = (schema: string) => ({
  ...tablesIn(schema),
  events: `${quote(schema)}.events`,
  moved_events: `${quote(schema)}.moved_events`
})

/** The names that a migration receives. */
export type EveryTable = ReturnType<typeof everyTableIn>

/** The qualified names, for use in statements. */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return Record.map(tablesIn(yield* DatabaseSchema), (name) => sql.literal(name))
})
