/** The ports of `@communications/core` on PostgreSQL. */
import { Layer } from "effect"
import * as AccountsPostgres from "./AccountsPostgres.ts"
import * as AttemptsPostgres from "./AttemptsPostgres.ts"
import * as CommunicationsPostgres from "./CommunicationsPostgres.ts"
import * as ContactInformationsPostgres from "./ContactInformationsPostgres.ts"
import * as EventsPostgres from "./EventsPostgres.ts"
import { GroupCommit } from "./GroupCommit.ts"
import { layerExecutor } from "./Host.ts"
import * as ReadinessPostgres from "./ReadinessPostgres.ts"
import * as SessionsPostgres from "./SessionsPostgres.ts"

export { GroupCommit } from "./GroupCommit.ts"
export * from "./Host.ts"
export { addDrafts, analyze, type ManyDrafts } from "./ManyDrafts.ts"
export { migrate, migrations } from "./Migrations.ts"
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

/**
 * Every port, and the `SqlClient`, on a handle of the host's, as `layerExecutor` makes it. Built anew, also where the
 * program around has the ports already: those are on another handle.
 */
export const layerHost = (...handle: Parameters<typeof layerExecutor>) =>
  Layer.fresh(
    layer.pipe(Layer.provide(Layer.succeed(GroupCommit, false)), Layer.provideMerge(layerExecutor(...handle)))
  )
