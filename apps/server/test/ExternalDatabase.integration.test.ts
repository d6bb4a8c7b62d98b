import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { ConfigProvider, Effect, Option, Tracer } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { generate } from "selfsigned"
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest"
import { configuration } from "../src/Configuration.ts"
import * as ExternalDatabase from "../src/ExternalDatabase.ts"

type Authority = NonNullable<NonNullable<Parameters<typeof generate>[1]>["ca"]>

const certificate = async (commonName: string, ca?: Authority) => {
  const { cert, private: key } = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: ca === undefined, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: commonName }] }
    ],
    ...(ca && { ca })
  })
  return { cert, key }
}

/** The server's certificate names `localhost`, so that 127.0.0.1 is another host. */
const accessRules = `local all all trust
hostssl all certified all cert
hostnossl all plain all trust
hostssl all encrypted all trust
host all authenticated all scram-sha-256
host all either all trust
`

const password = "s3cret/@:?#%"

describe("a connection to PostgreSQL", () => {
  let server: PostgresServer
  let folder = ""
  const file = (name: string) => join(folder, name)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "communications-tls-"))
    await chmod(folder, 0o777) // for the socket of the server, which runs as another user
    const [ours, others] = [await certificate("our authority"), await certificate("another authority")]
    const [host, client] = [await certificate("localhost", ours), await certificate("certified", ours)]
    const contents = { "ca.pem": ours.cert, "others.pem": others.cert, "client.pem": client.cert }
    const keys = { "client.key": client.key, "others.key": others.key, "text.pem": "no certificate" }
    for (const [name, content] of Object.entries({ ...contents, ...keys })) await writeFile(file(name), content)
    server = await startPostgres(
      { ssl: "on", ssl_ca_file: "ca.pem", unix_socket_directories: folder },
      { "server.crt": host.cert, "server.key": host.key, "ca.pem": ours.cert, "pg_hba.conf": accessRules }
    )
    const roles = ["certified", "plain", "encrypted", "either", `authenticated PASSWORD '${password}' SUPERUSER`]
    await administer(...roles.map((role) => `CREATE ROLE ${role} LOGIN`))
  })
  afterAll(async () => {
    await endAll()
    await server.stop()
    await rm(folder, { recursive: true })
  })

  /** Runs statements as the superuser. */
  const administer = (...statements: ReadonlyArray<string>) => {
    const options = { path: file(`.s.PGSQL.${new URL(server.url).port}`), username: "postgres", database: "postgres" }
    const run = PgClient.PgClient.use((sql) => Effect.forEach(statements, (statement) => sql.unsafe(statement)))
    return Effect.runPromise(Effect.provide(run, PgClient.layer(options)))
  }

  /** Connects as the server does, and returns what a query returns, or the reason why there is no connection. */
  const using = <A>(
    env: Readonly<Record<string, string>>,
    query: (sql: PgClient.PgClient) => Effect.Effect<A, SqlError>
  ) =>
    Effect.gen(function* () {
      const { databaseUrl, databasePrepare } = yield* configuration
      const layer = ExternalDatabase.layer(Option.getOrThrow(databaseUrl), databasePrepare)
      return yield* Effect.provide(PgClient.PgClient.use(query), layer)
    }).pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
      Effect.catchTag("StartupFailure", ({ message }) => Effect.succeed(message))
    )

  /** The version of TLS of a connection, or the reason why there is no connection. */
  const connect = (env: Readonly<Record<string, string>>) =>
    Effect.runPromise(
      using(env, (sql) =>
        Effect.map(
          sql<{ version: string | null }>`SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
          ([row]) => row?.version
        )
      )
    )

  /** The URL of the server, in which `FILE:` stands for a file of the tests. */
  const urlOf = (user: string, host: string, query: string) =>
    `postgres://${user}@${host}:${new URL(server.url).port}/postgres${query.replaceAll("FILE:", encodeURIComponent(`${folder}/`))}`

  const encrypted = "TLSv1.3"
  const untrusted =
    /^The certificate of the database at localhost:\d+ is not trusted \([A-Z_]+\): set sslrootcert to the file of the certificate authority that issued it\.$/
  it.each<[string, string, string, string | null | RegExp]>([
    ["plain", "127.0.0.1", "", null],
    ["either", "127.0.0.1", "", null],
    ["encrypted", "127.0.0.1", "", /no pg_hba.conf entry .* no encryption/],
    ["either", "127.0.0.1", "?sslmode=disable", null],
    ["either", "127.0.0.1", "?ssl=true", encrypted],
    ["plain", "127.0.0.1", "?ssl=true", /no pg_hba.conf entry .* SSL encryption/],
    ["either", "127.0.0.1", "?sslmode=require", encrypted],
    ["either", "127.0.0.1", "?sslmode=require&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "localhost", "?sslmode=require&sslrootcert=FILE:others.pem", untrusted],
    ["either", "127.0.0.1", "?sslmode=verify-ca&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "localhost", "?sslmode=verify-ca&sslrootcert=FILE:others.pem", untrusted],
    ["either", "localhost", "?sslmode=verify-full&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "127.0.0.1", "?sslmode=verify-full&sslrootcert=FILE:ca.pem", /Hostname\/IP does not match/],
    ["either", "localhost", "?sslmode=verify-full&sslrootcert=FILE:others.pem", untrusted],
    ["either", "localhost", "?sslmode=verify-full", untrusted],
    ["either", "localhost", "?sslrootcert=system", untrusted],
    ["certified", "localhost", "?sslmode=require", /client certificate/],
    ["certified", "localhost", "?sslmode=require&sslcert=FILE:client.pem&sslkey=FILE:client.key", encrypted],
    ["either", "localhost", "?sslmode=verify-ca&sslrootcert=FILE:none.pem", /^The file of sslrootcert cannot be read/],
    [
      "either",
      "localhost",
      "?sslmode=verify-ca&sslrootcert=FILE:text.pem",
      /^The files of sslrootcert.*cannot be used/
    ],
    [
      "either",
      "localhost",
      "?sslmode=require&sslcert=FILE:client.pem&sslkey=FILE:others.key",
      /^The files of sslrootcert, sslcert and sslkey cannot be used/
    ]
  ])("as %s to %s with %j gives %s", async (user, host, query, result) => {
    const connected = await connect({ DATABASE_URL: urlOf(user, host, query) })
    if (result instanceof RegExp) expect(connected).toMatch(result)
    else expect(connected).toBe(result)
  })

  it.each(["require", "verify-ca", "verify-full"])(
    "never continues in plain text with PGSSLMODE=%s if the server has no TLS",
    async (PGSSLMODE) => {
      const env = { DATABASE_URL: inject("postgresUrl"), PGSSLMODE, PGSSLROOTCERT: file("ca.pem") }
      expect(await connect(env)).toMatch(/cannot be used \(The server does not support TLS\)/)
    }
  )

  it("a URL can name a Unix socket", async () => {
    expect(await connect({ DATABASE_URL: `${urlOf("plain", "", "?host=FILE:")}` })).toBeNull()
  })

  it.each([
    ["on", ["SELECT $1::int AS one"]],
    ["off", []]
  ])("names prepared statements as DATABASE_PREPARE=%s says", async (DATABASE_PREPARE, names) => {
    const prepared = (sql: PgClient.PgClient) =>
      sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT ${1}::int AS one`
          const rows = yield* sql<{ statement: string }>`SELECT statement FROM pg_prepared_statements`
          return rows.map(({ statement }) => statement).filter((statement) => statement.includes("AS one"))
        })
      )
    const env = { DATABASE_URL: urlOf("plain", "127.0.0.1", ""), DATABASE_PREPARE }
    expect(await Effect.runPromise(using(env, prepared))).toEqual(names)
  })

  it("has the name and the options of the URL", async () => {
    const query = "?application_name=crm&options=-c%20work_mem%3D5MB"
    const settings = (sql: PgClient.PgClient) => sql`
      SELECT current_setting('application_name') AS name, current_setting('work_mem') AS memory`
    expect(await Effect.runPromise(using({ DATABASE_URL: urlOf("plain", "127.0.0.1", query) }, settings))).toEqual([
      { name: "crm", memory: "5MB" }
    ])
  })

  describe("with a password", () => {
    const authenticated = (password: string) =>
      urlOf("authenticated", "127.0.0.1", "").replace("@", `:${encodeURIComponent(password)}@`)

    it("shows none of it in spans and sentences", async () => {
      const { spans, tracer } = recordingTracer()
      const query = (sql: PgClient.PgClient) => Effect.asVoid(Effect.exit(sql`SELECT 1/0`))
      for (const [secret, sentence] of [
        [password, undefined],
        [`${password}!`, expect.stringMatching(/password authentication failed/)]
      ] as const) {
        const run = using({ DATABASE_URL: authenticated(secret) }, query).pipe(Effect.withSpan("test"))
        const message = await Effect.runPromise(Effect.provideService(run, Tracer.Tracer, tracer))
        expect(message).toEqual(sentence)
        expect(String(message)).not.toContain("s3cret")
      }
      const printed = inspect(spans, { depth: 12 })
      expect(printed).toContain("SELECT 1/0")
      expect(printed).not.toContain("s3cret")
    })

    it("shows none of it in logs and responses, also when the password is changed meanwhile", async () => {
      const started = start("main", { DATABASE_URL: authenticated(password), LOG_LEVEL: "debug" })
      const url = await started.url()
      const ready = async () => (await fetch(`${url}/health/ready`)).status
      expect(await ready()).toBe(200)
      await administer(
        "ALTER ROLE authenticated PASSWORD 'another'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'authenticated'"
      )
      await expect.poll(ready, { timeout: 50_000 }).toBe(503)
      const response = await fetch(`${url}/health/ready`)
      const printed = started.stdout + started.stderr + (await response.text()) + inspect(response.headers)
      expect(started.stdout).toContain("password authentication failed")
      expect(printed).not.toContain("s3cret")
      expect(printed).not.toContain(encodeURIComponent(password))
    })
  })
})
