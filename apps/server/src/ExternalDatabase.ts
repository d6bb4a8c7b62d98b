import { PgClient } from "@effect/sql-pg"
import { Effect, Predicate, Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { StartupFailure } from "./StartupFailure.ts"

/** Where a database is, without the secrets of its URL. */
export const locationOf = (url: Redacted.Redacted<string>): string => {
  const { host, pathname } = new URL(Redacted.value(url))
  return `${host}${pathname}`
}

const unreachable = (url: Redacted.Redacted<string>, reason: string) =>
  new StartupFailure({ message: `The database at ${locationOf(url)} cannot be used (${reason}): check DATABASE_URL.` })

/** The message of the database itself, where it sent one. */
export const reasonOf = ({ reason }: SqlError): string =>
  Predicate.hasProperty(reason.cause, "message") && reason.cause.message !== ""
    ? String(reason.cause.message)
    : reason._tag

/** The PostgreSQL that a URL names, which must answer before the server starts. */
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
          orElse: () => Effect.fail(unreachable(url, "no answer in 5 s"))
        }),
        Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, reasonOf(error))))
      )
      return sql
    }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, reasonOf(error)))))
  )
