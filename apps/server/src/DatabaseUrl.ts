/** Reads a URL of PostgreSQL as libpq does. No sentence repeats a part of the URL, which may be a part of a password. */
import { Effect, Redacted } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

/** The parameters of a connection, with the variable of libpq that supplies one if the URL does not have it. */
export const variables = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  application_name: "PGAPPNAME",
  options: "PGOPTIONS",
  connect_timeout: "PGCONNECT_TIMEOUT",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY"
} as const
type Parameter = keyof typeof variables

/** The values of the parameters that are given. */
export type Parameters = Readonly<Partial<Record<Parameter, string>>>

/** A parameter has a wrong value, which is not repeated; `rest` completes the sentence. */
export const invalid = (parameter: Parameter, rest: string) =>
  new StartupFailure({ message: `${parameter} in DATABASE_URL, or ${variables[parameter]}, ${rest}.` })

/** Parameters of libpq that are refused: without them, a connection would go elsewhere or be less secure. */
export const refused: Readonly<Record<string, string>> = {
  hostaddr: "PGHOSTADDR",
  passfile: "PGPASSFILE",
  service: "PGSERVICE",
  servicefile: "PGSERVICEFILE",
  require_auth: "PGREQUIREAUTH",
  channel_binding: "PGCHANNELBINDING",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslcertmode: "PGSSLCERTMODE",
  sslcrl: "PGSSLCRL",
  sslcrldir: "PGSSLCRLDIR",
  sslsni: "PGSSLSNI",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  requirepeer: "PGREQUIREPEER",
  gssencmode: "PGGSSENCMODE",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  load_balance_hosts: "PGLOADBALANCEHOSTS"
}

/** Completes the sentence "DATABASE_URL must be …". */
export const expected =
  "a URL like postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters percent-encoded (@ as %40, / as %2F, # as %23, % as %25)"

const malformed = new StartupFailure({ message: `DATABASE_URL must be ${expected}.` })

const otherScheme = new StartupFailure({
  message: `DATABASE_URL must begin with postgres:// or postgresql://, as in postgres://USER:PASSWORD@HOST:5432/DATABASE: it names a PostgreSQL.`
})

/** A raw `@`, `/`, `?` or `#` in a user name or password is refused, because what follows would become the host. */
const grammar =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^\s@/?#:]*)(?::(?<password>[^\s@/?#]*))?@)?(?:\[(?<address>[^\s@/?#]*)\]|(?<host>[^\s@/?#:]*))(?::(?<port>\d*))?(?:\/(?<dbname>[^\s@?#]*))?(?:\?(?<query>[^\s@#]*))?$/

const decode = (text: string) => Effect.try({ try: () => decodeURIComponent(text), catch: () => malformed })

const isParameter = (name: string): name is Parameter => Object.hasOwn(variables, name)

/** Only names of libpq are repeated: another name may be the rest of a password with a raw `&`. */
const unsupported = (name: string) =>
  new StartupFailure({
    message: `DATABASE_URL has ${Object.hasOwn(refused, name) ? `the parameter ${name}, which` : "a parameter that"} is not supported: use only ${Object.keys(variables).join(", ")}, or ssl=true.`
  })

/** Returns the decoded parameters of a URL, and fails with a sentence that repeats none of its values. */
export const parseDatabaseUrl = Effect.fnUntraced(function* (url: Redacted.Redacted<string>) {
  const text = Redacted.value(url).trim()
  if (!/^postgres(ql)?:\/\//.test(text)) return yield* otherScheme
  const groups = grammar.exec(text)?.groups
  if (groups === undefined) return yield* malformed
  const { query = "", address, host = address, ...others } = groups
  const pairs = query.split("&").filter((pair) => pair !== "")
  const given: Array<readonly [name: string, text: string]> = [
    ...Object.entries({ ...others, host: host ?? "" }),
    ...pairs.map((pair) => [pair.replace(/=.*/, ""), pair.replace(/^[^=]*=?/, "")] as const)
  ]
  const parameters: Partial<Record<Parameter, string>> = {}
  for (const [encodedName, text = ""] of given) {
    const [encoded, value] = [yield* decode(encodedName), yield* decode(text)]
    const name = encoded === "ssl" && value === "true" ? "sslmode" : encoded
    if (!isParameter(name)) return yield* unsupported(name)
    if (value === "") continue
    if (parameters[name] !== undefined) {
      return yield* new StartupFailure({ message: `DATABASE_URL has two values for ${name}: remove one.` })
    }
    parameters[name] = encoded === "ssl" ? "require" : value
  }
  return parameters satisfies Parameters
})
