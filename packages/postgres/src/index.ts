/** The ports of `@communications/core` on PostgreSQL. */
import { Effect, Layer } from "effect"
import * as AccountsPostgres from "./accounts/AccountsPostgres.ts"
import * as AttemptsPostgres from "./accounts/AttemptsPostgres.ts"
import { GroupCommit } from "./batching/GroupCommit.ts"
import * as CommunicationsPostgres from "./communications/CommunicationsPostgres.ts"
import * as ContactInformationsPostgres from "./communications/ContactInformationsPostgres.ts"
import { type Execute, type ExecutorOptions, layerExecutor } from "./host/Host.ts"
import * as EventsPostgres from "./log/EventsPostgres.ts"
import { migrate } from "./schema/Migrations.ts"
import { DatabaseSchema } from "./schema/Tables.ts"
import * as SessionsPostgres from "./sessions/SessionsPostgres.ts"
import * as ReadinessPostgres from "./statements/ReadinessPostgres.ts"

export { PasswordCost } from "./accounts/Passwords.ts"
export { GroupCommit } from "./batching/GroupCommit.ts"
export * from "./host/Host.ts"
export { migrate, migrations, migrationsSql } from "./schema/Migrations.ts"
export { DatabaseSchema } from "./schema/Tables.ts"
export { StorageTimeout } from "./statements/StorageErrors.ts"

/** Every port, on one `SqlClient`; the schema must have been brought up to date by `migrate`. */
export const layer = Layer.mergeAll(
  AccountsPostgres.layer,
  AttemptsPostgres.layer,
  CommunicationsPostgres.layer,
  ContactInformationsPostgres.layer,
  EventsPostgres.layer,
  ReadinessPostgres.layer,
  SessionsPostgres.layer
)

/** How a host lends its handle, and where its tables are: in `public`, unless `schema` says otherwise. */
export interface HostOptions extends ExecutorOptions {
  readonly schema?: string | undefined
}

/**
 * Every port, and the `SqlClient`, on a handle of the host's, as `layerExecutor` makes it, with the tables in `schema`.
 * Built anew, also where the program around has the ports already: those are on another handle.
 */
export const layerHost = (execute: Execute, { schema, ...options }: HostOptions = {}) => {
  const ports = layer.pipe(
    Layer.provide(Layer.succeed(GroupCommit, "off")),
    Layer.provideMerge(layerExecutor(execute, options))
  )
  return Layer.fresh(schema === undefined ? ports : Layer.provideMerge(ports, Layer.succeed(DatabaseSchema, schema)))
}

/**
 * `migrate` for hosts without Effect, on the handle of a transaction that the host has open: on a client of pg between
 * BEGIN and COMMIT, never on a pool, which is refused (25P01) before anything is done.
 */
export const migrateHost = (execute: Execute, options?: Pick<HostOptions, "schema">) =>
  Effect.runPromise(Effect.provide(migrate, layerHost(execute, options)))
