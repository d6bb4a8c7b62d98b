/** The ports of `@communications/core` on PostgreSQL. */
import { Effect, Layer } from "effect"
import * as AccountsPostgres from "./AccountsPostgres.ts"
import * as AttemptsPostgres from "./AttemptsPostgres.ts"
import * as CommunicationsPostgres from "./CommunicationsPostgres.ts"
import * as ContactInformationsPostgres from "./ContactInformationsPostgres.ts"
import * as EventsPostgres from "./EventsPostgres.ts"
import { GroupCommit } from "./GroupCommit.ts"
import { type Execute, type ExecutorOptions, layerExecutor } from "./Host.ts"
import { migrate } from "./Migrations.ts"
import * as ReadinessPostgres from "./ReadinessPostgres.ts"
import * as SessionsPostgres from "./SessionsPostgres.ts"
import { DatabaseSchema } from "./Tables.ts"

export { GroupCommit } from "./GroupCommit.ts"
export * from "./Host.ts"
export { addDrafts, analyze, type ManyDrafts } from "./ManyDrafts.ts"
export { migrate, migrations, migrationsSql } from "./Migrations.ts"
export { PasswordCost } from "./Passwords.ts"
export { StorageTimeout } from "./StorageErrors.ts"
export { DatabaseSchema } from "./Tables.ts"

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
    Layer.provide(Layer.succeed(GroupCommit, false)),
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
