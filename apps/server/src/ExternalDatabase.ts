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

/** What Node says about a certificate that none of the certificate authorities has issued. Source: Node, X509 errors. */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE"
])

/** The failure of a database that cannot be used, with what to do about it. */
const failureOf = (target: DatabaseTarget, error: SqlError): StartupFailure => {
  const { cause } = error.reason
  const code = Predicate.hasProperty(cause, "code") ? String(cause.code) : ""
  if (code === "ECONNREFUSED") {
    return new StartupFailure({
      message: `The database does not accept connections at ${target.address} (ECONNREFUSED): start it, or correct DATABASE_URL.`
    })
  }
  if (untrusted.has(code)) {
    return new StartupFailure({
      message: `The certificate of the database at ${target.address} is not trusted (${code}): set sslrootcert to the file of the certificate authority that issued it.`
    })
  }
  return unreachable(target, reasonOf(error))
}

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
