/** The ports of `@communications/core` on PostgreSQL. */
import { Layer } from "effect"
import * as CommunicationsPostgres from "./CommunicationsPostgres.ts"
import * as ReadinessPostgres from "./ReadinessPostgres.ts"
import * as SessionsPostgres from "./SessionsPostgres.ts"

export { migrate, migrations } from "./Migrations.ts"
export { StorageTimeout } from "./StorageErrors.ts"

/** Every port, on one `SqlClient`; the schema must have been brought up to date by `migrate`. */
export const layer = Layer.mergeAll(CommunicationsPostgres.layer, SessionsPostgres.layer, ReadinessPostgres.layer)
