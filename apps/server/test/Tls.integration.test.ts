import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { ConfigProvider, Effect, Option } from "effect"
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
host all either all trust
`

describe("TLS to PostgreSQL", () => {
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
    const setUp = PgClient.PgClient.use((sql) =>
      Effect.forEach(["certified", "plain", "encrypted", "either"], (role) => sql.unsafe(`CREATE ROLE ${role} LOGIN`))
    )
    const options = { path: file(`.s.PGSQL.${new URL(server.url).port}`), username: "postgres", database: "postgres" }
    await Effect.runPromise(Effect.provide(setUp, PgClient.layer(options)))
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })

  /** Connects as the server does, and returns the version of TLS, or the reason why there is no connection. */
  const connect = (env: Readonly<Record<string, string>>) =>
    Effect.gen(function* () {
      const { database, databasePrepare } = yield* configuration
      const version = PgClient.PgClient.use((sql) => sql`SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`)
      const rows = yield* Effect.provide(version, ExternalDatabase.layer(Option.getOrThrow(database), databasePrepare))
      return rows[0]?.version
    }).pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
      Effect.catchTag("StartupFailure", ({ message }) => Effect.succeed(message)),
      Effect.runPromise
    )

  /** The URL of the server, in which `FILE:` stands for a file of the tests. */
  const urlOf = (user: string, host: string, query: string) =>
    `postgres://${user}@${host}:${new URL(server.url).port}/postgres${query.replaceAll("FILE:", encodeURIComponent(`${folder}/`))}`

  const encrypted = "TLSv1.3"
  it.each<[string, string, string, string | null | RegExp]>([
    ["plain", "127.0.0.1", "", null],
    ["either", "127.0.0.1", "", null],
    ["encrypted", "127.0.0.1", "", /no pg_hba.conf entry .* no encryption/],
    ["either", "127.0.0.1", "?sslmode=disable", null],
    ["either", "127.0.0.1", "?ssl=true", encrypted],
    ["plain", "127.0.0.1", "?ssl=true", /no pg_hba.conf entry .* SSL encryption/],
    ["either", "127.0.0.1", "?sslmode=require", encrypted],
    ["either", "127.0.0.1", "?sslmode=require&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "localhost", "?sslmode=require&sslrootcert=FILE:others.pem", /\(.*certificate.*\)/],
    ["either", "127.0.0.1", "?sslmode=verify-ca&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "localhost", "?sslmode=verify-ca&sslrootcert=FILE:others.pem", /\(.*certificate.*\)/],
    ["either", "localhost", "?sslmode=verify-full&sslrootcert=FILE:ca.pem", encrypted],
    ["either", "127.0.0.1", "?sslmode=verify-full&sslrootcert=FILE:ca.pem", /Hostname\/IP does not match/],
    ["either", "localhost", "?sslmode=verify-full&sslrootcert=FILE:others.pem", /\(.*certificate.*\)/],
    ["either", "localhost", "?sslmode=verify-full", /\(.*certificate.*\)/],
    ["either", "localhost", "?sslrootcert=system", /\(.*certificate.*\)/],
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
})
