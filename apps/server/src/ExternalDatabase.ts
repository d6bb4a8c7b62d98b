import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Predicate, Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseTarget } from "./DatabaseTarget.ts"
import { tlsOptions } from "./DatabaseTls.ts"
import { StartupFailure } from "./StartupFailure.ts"

const unreachable = ({ location }: DatabaseTarget, reason: string) =>
  new StartupFailure({ message: `The database at ${location} cannot be used (${reason}): check DATABASE_URL.` })

/** The message from the database or its driver if there is one; otherwise the kind of error. */
export const reasonOf = ({ reason }: SqlError): string =>
  Predicate.hasProperty(reason.cause, "message") && reason.cause.message !== ""
    ? String(reason.cause.message)
    : reason._tag

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
      yield* sql`SELECT 1`.pipe(
        Effect.timeoutOrElse({
          duration: connectTimeout,
          orElse: () => Effect.fail(unreachable(target, `no response in ${Duration.format(connectTimeout)}`))
        })
      )
      return sql
    }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(target, reasonOf(error)))))
  )
