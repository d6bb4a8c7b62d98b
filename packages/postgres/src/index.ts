/** Adapters for PostgreSQL of the ports of `@communications/core`. */
import "./sameEffect.ts"

import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as AccountsPostgres from "./accounts/AccountsPostgres.ts"
import * as AttemptsPostgres from "./accounts/AttemptsPostgres.ts"
import { GroupCommit } from "./batching/GroupCommit.ts"
import * as CommunicationsPostgres from "./communications/CommunicationsPostgres.ts"
import * as ContactInformationsPostgres from "./communications/ContactInformationsPostgres.ts"
import { type Execute, type ExecutorOptions, layerExecutor } from "./host/Host.ts"
import * as EventsPostgres from "./log/EventsPostgres.ts"
import { migrate } from "./schema/Migrate.ts"
import { DatabaseSchema } from "./schema/Tables.ts"
import * as SessionsPostgres from "./sessions/SessionsPostgres.ts"
import * as ReadinessPostgres from "./statements/ReadinessPostgres.ts"
import * as Shares from "./statements/Shares.ts"

export { PasswordCost } from "./accounts/Passwords.ts"
export { GroupCommit } from "./batching/GroupCommit.ts"
export * from "./host/Host.ts"
export { type DistributedTable, distribute } from "./schema/Distribute.ts"
export { type Distribution, distribution, type TableName } from "./schema/Distribution.ts"
export { type GrantsOptions, grantsSql } from "./schema/Grants.ts"
export type { MigrationIndex } from "./schema/Indexes.ts"
export { hasTables, migrate, type NumberedMigrations, pendingMigrations } from "./schema/Migrate.ts"
export { migrations, migrationsSql } from "./schema/Migrations.ts"
export { checkServer } from "./schema/Server.ts"
export { DatabaseSchema, type EveryTable } from "./schema/Tables.ts"
export { postgresMetrics } from "./statements/Metrics.ts"
export { describeError, sqlStateOf } from "./statements/SqlState.ts"
export { StorageTimeout } from "./statements/StorageErrors.ts"

/** The client without its transformations, which may rename columns. */
const untransformed = Layer.effect(
  SqlClient.SqlClient,
  Effect.map(SqlClient.SqlClient, (sql) => sql.withoutTransforms())
)

/** Every port, on one `SqlClient`. Run `migrate` first. */
export const layer = Layer.mergeAll(
  AccountsPostgres.layer,
  AttemptsPostgres.layer,
  CommunicationsPostgres.layer,
  ContactInformationsPostgres.layer,
  EventsPostgres.layer,
  ReadinessPostgres.layer,
  SessionsPostgres.layer
).pipe(Layer.provide(Shares.layer), Layer.provide(untransformed))

/** How the library uses the host's handle, and the schema of its tables, by default `communications`. */
export interface HostOptions extends ExecutorOptions {
  readonly schema?: string | undefined
}

/**
 * Every port on a handle of the host, for example `layerHost(fromPg(pool), { concurrency: 10 })`. Pass it to
 * `createCommunications` or `createHandler`: once for a pool, again for each transaction (decision 8).
 */
export const layerHost = (execute: Execute, { schema, ...options }: HostOptions = {}) => {
  const ports = layer.pipe(
    Layer.provide(Layer.succeed(GroupCommit, "off")),
    Layer.provideMerge(layerExecutor(execute, options))
  )
  return Layer.fresh(schema === undefined ? ports : Layer.provideMerge(ports, Layer.succeed(DatabaseSchema, schema)))
}

/**
 * `migrate` for hosts without Effect. It needs the handle of an open transaction, such as a client of pg between BEGIN
 * and COMMIT. Outside a transaction, for example on a pool, it rejects before it changes anything, if migrations are
 * pending. The `message` of a rejection is PostgreSQL's and says what to do, and its `cause` is the error of the driver.
 */
export const migrateHost = (execute: Execute, options?: Pick<HostOptions, "schema">) =>
  migrate.pipe(Effect.provide(layerHost(execute, options)), Effect.runPromise)
