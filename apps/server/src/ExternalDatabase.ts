import { PgClient } from "@effect/sql-pg"
import { Effect, Predicate, Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { StartupFailure } from "./StartupFailure.ts"

/** The host and name of a database, without the secrets in its URL. */
export const locationOf = (url: Redacted.Redacted<string>): string => {
  const { host, pathname } = new URL(Redacted.value(url))
  return `${host}${pathname}`
}

const unreachable = (url: Redacted.Redacted<string>, reason: string) =>
  new StartupFailure({ message: `The database at ${locationOf(url)} cannot be used (${reason}): check DATABASE_URL.` })

/** The message from the database or its driver if there is one; otherwise the kind of error. */
export const reasonOf = ({ reason }: SqlError): string =>
  Predicate.hasProperty(reason.cause, "message") && reason.cause.message !== ""
    ? String(reason.cause.message)
    : reason._tag

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
      yield* sql`SELECT 1`.pipe(
        Effect.timeoutOrElse({
          duration: "5 seconds",
          orElse: () => Effect.fail(unreachable(url, "no response in 5 s"))
        }),
        Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, reasonOf(error))))
      )
      return sql
    }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, reasonOf(error)))))
  )
