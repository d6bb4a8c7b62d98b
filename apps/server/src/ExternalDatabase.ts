import { checkServer, describeError } from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Effect, Predicate, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { StartupFailure } from "./StartupFailure.ts"

/** The host and name of a database, without the secrets in its URL. */
export const locationOf = (url: Redacted.Redacted<string>): string => {
  const { host, pathname } = new URL(Redacted.value(url))
  return `${host}${pathname}`
}

const unreachable = (url: Redacted.Redacted<string>, reason: string) =>
  new StartupFailure({ message: `The database at ${locationOf(url)} cannot be used (${reason}): check DATABASE_URL.` })

/** The message from the database, with its SQLSTATE, or from the driver if there is one; otherwise the kind of error. */
export const reasonOf = ({ reason }: SqlError): string => describeError(reason.cause) ?? reason._tag

/** The failure of a database that cannot be used, with what to do about it. */
const failureOf = (url: Redacted.Redacted<string>, error: SqlError): StartupFailure =>
  Predicate.hasProperty(error.reason.cause, "code") && error.reason.cause.code === "ECONNREFUSED"
    ? new StartupFailure({
        message: `The database does not accept connections at ${new URL(Redacted.value(url)).host} (ECONNREFUSED): start it, or correct DATABASE_URL.`
      })
    : unreachable(url, reasonOf(error))

const onlyReads =
  "The database accepts only reads, as a standby or with default_transaction_read_only: requests that change something fail until it accepts changes"

/** A connection pool to the PostgreSQL at a URL. The layer fails if the database does not respond. */
export const layer = (url: Redacted.Redacted<string>) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const sql = yield* PgClient.make({
        url,
        applicationName: "communications",
        maxConnections: 10,
        connectionTTL: "5 minutes"
      })
      const server = yield* checkServer.pipe(
        Effect.timeoutOrElse({
          duration: "5 seconds",
          orElse: () => Effect.fail(unreachable(url, "no response in 5 s"))
        }),
        Effect.catchTag("MigrationError", ({ message }) => Effect.fail(unreachable(url, message))),
        Effect.provideService(SqlClient.SqlClient, sql)
      )
      if (server.onlyReads) yield* Effect.logWarning(onlyReads)
      return sql
    }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(failureOf(url, error))))
  )
