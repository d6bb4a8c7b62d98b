/** Where the tables are: in a schema of the host's choice, named in full in every statement. */
import { Context, Effect, Record } from "effect"
import { SqlClient } from "effect/sql"

/** The schema that holds the tables: any name without a dot. */
export const DatabaseSchema = Context.Reference<string>("@communications/postgres/DatabaseSchema", {
  defaultValue: () => "public"
})

/** A name as PostgreSQL takes it literally. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The tables by their full names. */
export const tablesIn = (schema: string) => ({
  attempts: `${quoted(schema)}.attempts`,
  communication_history: `${quoted(schema)}.communication_history`,
  communication_numbers: `${quoted(schema)}.communication_numbers`,
  communications: `${quoted(schema)}.communications`,
  contact_information: `${quoted(schema)}.contact_information`,
  log_eras: `${quoted(schema)}.log_eras`,
  log_positions: `${quoted(schema)}.log_positions`,
  organisations: `${quoted(schema)}.organisations`,
  sessions: `${quoted(schema)}.sessions`,
  subscriptions: `${quoted(schema)}.subscriptions`,
  users: `${quoted(schema)}.users`
})

/** The tables by their full names, with those that a later migration drops: for migrations only. */
export const everyTableIn = (schema: string) => ({
  ...tablesIn(schema),
  events: `${quoted(schema)}.events`,
  moved_events: `${quoted(schema)}.moved_events`
})
export type EveryTable = ReturnType<typeof everyTableIn>

/** The tables, for use in statements. */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return Record.map(tablesIn(yield* DatabaseSchema), (name) => sql.literal(name))
})
