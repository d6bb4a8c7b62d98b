/** Where a PostgreSQL is and how to connect to it: `DATABASE_URL`, and the variables of libpq for what it leaves out. */
import { Config, Duration, Effect, Option, Redacted, Schema } from "effect"
import { type Tls, tlsOf } from "./DatabaseTls.ts"
import { invalid, type Parameters, parseDatabaseUrl, refused, variables } from "./DatabaseUrl.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** Where a PostgreSQL is, and how to connect to it. */
export interface DatabaseTarget {
  /** The host and the port, for messages. */
  readonly address: string
  /** The address and the name of the database, for messages. */
  readonly location: string
  readonly connectTimeout: Duration.Duration
  readonly tls: Tls | undefined
  readonly session: Redacted.Redacted<{
    readonly host: string
    readonly port: number
    readonly database: string
    readonly username: string | undefined
    readonly password: Redacted.Redacted<string> | undefined
    readonly applicationName: string
    readonly startupOptions: string | undefined
  }>
}

const targetOf = Effect.fnUntraced(function* (
  parameters: Parameters
): Effect.fn.Return<DatabaseTarget, StartupFailure> {
  const { host = "localhost", port = "5432", dbname, user, password, connect_timeout = "5" } = parameters
  if (host.includes(",")) return yield* invalid("host", "must be one host")
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    return yield* invalid("port", "must be a number from 1 to 65535")
  }
  if (dbname === undefined) return yield* invalid("dbname", "must name a database, as in postgres://HOST/DATABASE")
  if (!/^[1-9]\d{0,5}$/.test(connect_timeout)) {
    return yield* invalid("connect_timeout", "must be a whole number of seconds from 1")
  }
  const address = `${host.includes(":") ? `[${encodeURI(host)}]` : encodeURI(host)}:${port}`
  return {
    address,
    location: `${address}/${encodeURIComponent(dbname)}`,
    connectTimeout: Duration.seconds(Number(connect_timeout)),
    tls: yield* tlsOf(parameters, host.startsWith("/")),
    session: Redacted.make({
      host,
      port: Number(port),
      database: dbname,
      username: user,
      password: password === undefined ? undefined : Redacted.make(password),
      applicationName: parameters.application_name ?? "communications",
      startupOptions: parameters.options
    })
  }
})

const variable = (name: string) =>
  Effect.orDie(Effect.map(Config.option(Config.schema(Schema.String, name)), Option.getOrUndefined))

/** The PostgreSQL to connect to; none for the embedded one. A variable of libpq is never ignored. */
export const databaseTarget = Effect.fnUntraced(function* (url: Option.Option<Redacted.Redacted<string>>) {
  const environment: Record<string, string> = {}
  for (const [parameter, name] of Object.entries(variables)) {
    const value = yield* variable(name)
    if (value === undefined) continue
    if (Option.isNone(url)) {
      return yield* new StartupFailure({
        message: `${name} is set, but DATABASE_URL is not: set DATABASE_URL=postgres:// for the PostgreSQL that the variables name, or unset ${name} for the embedded database.`
      })
    }
    environment[parameter] = value
  }
  if (Option.isNone(url)) return Option.none<DatabaseTarget>()
  for (const name of Object.values(refused)) {
    if ((yield* variable(name)) !== undefined) {
      return yield* new StartupFailure({ message: `${name} is not supported: unset it.` })
    }
  }
  return Option.some(yield* targetOf({ ...environment, ...(yield* parseDatabaseUrl(url.value)) }))
})
