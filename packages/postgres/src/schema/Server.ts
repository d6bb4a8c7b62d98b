/** What the library needs of a PostgreSQL server and of a database. */
import { Effect } from "effect"
import { type Migrator, SqlClient } from "effect/sql"
import { MigrationError } from "./MigrationError.ts"

/** The oldest supported major version of PostgreSQL. */
const oldestMajor = 13

const refuse = (message: string): Effect.Effect<never, Migrator.MigrationError> =>
  Effect.fail(new MigrationError({ kind: "BadState", message }))

/**
 * Fails if PostgreSQL is too old, or if the encoding of the database is not UTF-8. Returns whether the database accepts
 * only reads, as a standby does.
 */
export const checkServer = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [found] = yield* sql<Record<"number" | "version" | "encoding" | "reads", string>>`
    SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, current_setting('transaction_read_only') AS reads`
  const { number = "", version = "", encoding = "", reads = "" } = found ?? {}
  if (Number(number) < oldestMajor * 10_000) {
    return yield* refuse(`this is PostgreSQL ${version}, and the oldest supported version is ${oldestMajor}`)
  }
  if (encoding !== "UTF8") {
    return yield* refuse(
      `its encoding is ${encoding}: create one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0`
    )
  }
  return { onlyReads: reads === "on" }
})
