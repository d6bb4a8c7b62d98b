/** How Citus distributes the tables over its nodes (decision 17). */
import type { migrationsTable } from "./Migrations.ts"
import type { tablesIn } from "./Tables.ts"

/** A table that Citus distributes by a column, or a reference table, of which every node has a copy. */
export type Distribution = { readonly column: string; readonly shards?: number } | "reference"

/** A table of the schema. */
export type TableName = keyof ReturnType<typeof tablesIn> | typeof migrationsTable

/**
 * The distribution of each table, in the order of the foreign keys. Tables of the same organisation are on the same node.
 * A log-in deletes old rows of `sessions` and `attempts` and skips locked ones, which Citus only does within one shard.
 */
export const distribution: { readonly [Table in TableName]: Distribution } = {
  organisations: "reference",
  log_eras: "reference",
  log_positions: "reference",
  subscriptions: "reference",
  communications_migrations: "reference",
  contact_information: { column: "organisation" },
  communications: { column: "organisation" },
  communication_history: { column: "organisation" },
  communication_numbers: { column: "organisation" },
  users: { column: "organisation" },
  parked_events: { column: "organisation" },
  sessions: { column: "token_hash", shards: 1 },
  attempts: { column: "key_hash", shards: 1 }
}
