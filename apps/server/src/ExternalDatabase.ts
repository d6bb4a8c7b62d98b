import { checkServer, describeError } from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Predicate, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseTarget } from "./DatabaseTarget.ts"
import { tlsOptions } from "./DatabaseTls.ts"
import { StartupFailure } from "./StartupFailure.ts"

const unreachable = ({ location }: DatabaseTarget, reason: string) =>
  new StartupFailure({ message: `The database at ${location} cannot be used (${reason}): check DATABASE_URL.` })

/** The message from the database, with its SQLSTATE, or from the driver if there is one; otherwise the kind of error. */
export const reasonOf = ({ reason }: SqlError): string => describeError(reason.cause) ?? reason._tag

/** The failure of a database that cannot be used, with what to do about it. */
const failureOf = (target: DatabaseTarget, error: SqlError): StartupFailure =>
  Predicate.hasProperty(error.reason.cause, "code") && error.reason.cause.code === "ECONNREFUSED"
    ? new StartupFailure({
        message: `The database does not accept connections at ${target.address} (ECONNREFUSED): start it, or correct DATABASE_URL.`
      })
    : unreachable(target, reasonOf(error))

const onlyReads =
  "The database accepts only reads, as a standby or with default_transaction_read_only: requests that change something fail until it accepts changes"

/** A connection pool to a PostgreSQL. The layer fails if the database does not respond. */
export const layer = (target: DatabaseTarget, prepare: boolean) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const { connectTimeout } = target
      const sql = yield* PgClient.make({
        ...Redacted.value(target.session),
        ssl: yield* tlsOptions(target.tls),
        prepare,
        connectTimeout,
        maxConnections: 10,
        connectionTTL: "5 minutes"
      })
      const server = yield* checkServer.pipe(
        Effect.timeoutOrElse({
          duration: connectTimeout,
          orElse: () => Effect.fail(unreachable(target, `no response in ${Duration.format(connectTimeout)}`))
        }),
        Effect.catchTag("MigrationError", ({ message }) => Effect.fail(unreachable(target, message))),
        Effect.provideService(SqlClient.SqlClient, sql)
      )
      if (server.onlyReads) yield* Effect.logWarning(onlyReads)
      return sql
    }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(failureOf(target, error))))
  )
