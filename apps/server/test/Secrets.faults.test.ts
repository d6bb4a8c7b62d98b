import { inspect } from "node:util"
import { TrustedProxies } from "@communications/http"
import * as Postgres from "@communications/postgres"
import { isLong, record } from "@communications/test-support/faults"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { exportedText, recordingTracer } from "@communications/test-support/recordingTracer"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { type TcpProxy, tcpProxy } from "@communications/test-support/TcpProxy"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Layer, Logger, Redacted, References, Scope, Tracer } from "effect"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { listening } from "./listening.ts"
import { type Credentials, freshSecret, logIn, logOut, type Secrets, secretsIn, useSecrets } from "./secretTraffic.ts"

describe("the secrets of a run", () => {
  const scope = Scope.makeUnsafe()
  const password = `pässword ${freshSecret()}`
  const credentials: Credentials = { organisation: "ACME", username: "anna", password }
  const databasePassword = `${freshSecret()}/#%`
  let proxy: TcpProxy
  let admin: postgres.Sql
  let DATABASE_URL = ""
  let commands = ""

  beforeAll(async () => {
    const database = await Effect.runPromise(freshDatabase)
    proxy = await Effect.runPromise(Scope.provide(tcpProxy(database), scope))
    DATABASE_URL = Object.assign(new URL(proxy.url), { password: encodeURIComponent(databasePassword) }).href
    admin = postgres(database, { max: 1, onnotice: () => {} })
    for (const [arguments_, input] of [
      [["organisation", "create", credentials.organisation], ""],
      [["user", "create", credentials.username, "--organisation", credentials.organisation], password]
    ] as const) {
      const command = start("cli", { DATABASE_URL }, arguments_, input)
      expect(await command.ended()).toBe(0)
      commands += command.stdout + command.stderr
    }
  }, 120_000)
  afterAll(async () => {
    await admin.end()
    await endAll()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, 60_000)

  /** Opens a session that has expired already, and returns its token. */
  const expiredToken = async () => {
    const token = freshSecret()
    await admin`
      INSERT INTO public.sessions (token_hash, organisation, "user", expires_at)
      SELECT sha256(${token}::text::bytea), organisation, "user", now() - interval '1 minute' FROM public.users LIMIT 1`
    return token
  }

  /** Every table, as pg_dump writes it. */
  const dump = async () => {
    const tables = await admin`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`
    const texts: Array<string> = []
    for (const { name } of tables) {
      for await (const chunk of await admin.unsafe(`COPY ${name} TO STDOUT`).readable()) texts.push(String(chunk))
    }
    return texts.join("")
  }

  /** Uses secrets while everything works, while each of these tables is missing, and while the database is out of reach. */
  const run = async (url: string, missing: ReadonlyArray<string> = []) => {
    const [token, released] = [await logIn(url, credentials), await logIn(url, credentials)]
    await logOut(url, released)
    const tokens = {
      token,
      released,
      unknown: freshSecret(),
      expired: await expiredToken(),
      malformed: `x${freshSecret()}`
    }
    const secrets = { ...tokens, key: `key-${freshSecret()}`, wrong: `wrong ${freshSecret()}` }
    let responses = await useSecrets(url, credentials, secrets)
    for (const table of missing) {
      await admin`ALTER TABLE ${admin(`public.${table}`)} RENAME TO lost`
      responses += await useSecrets(url, credentials, {
        token,
        unknown: tokens.unknown,
        key: secrets.key,
        wrong: secrets.wrong
      })
      await admin`ALTER TABLE public.lost RENAME TO ${admin(table)}`
    }
    proxy.refuse()
    proxy.cut()
    responses += await useSecrets(url, credentials, secrets)
    proxy.heal()
    const { key, ...others } = secrets
    return { key, secrets: { ...others, password, databasePassword }, responses }
  }

  /** Fails if a text contains a secret, or if the search would not find it. */
  const expectHidden = (where: string, text: string, secrets: Secrets) => {
    for (const [name, secret] of Object.entries(secrets))
      expect(secretsIn(`before ${secret} after`, { [name]: secret })).toHaveLength(1)
    expect([where, ...secretsIn(text, secrets)]).toEqual([where])
  }

  it.each(isLong ? ["debug", "info", "warning", "error", "none"] : ["debug"])(
    "are in no line of the log at level %s, in no response, in no table, and in no output of a command",
    async (LOG_LEVEL) => {
      const server = start("main", { DATABASE_URL, LOG_LEVEL, PROXIES: "1" })
      const url = await server.url()
      const { key, secrets, responses } = await run(url)
      await server.stop()
      if (LOG_LEVEL === "debug") expect(server.stdout.split("\n").length).toBeGreaterThan(200)
      expectHidden("the log", server.stdout + server.stderr, { ...secrets, key })
      expectHidden("a response", responses, secrets)
      const tables = await dump()
      expect(tables).toContain("$scrypt$ln=15,r=8,p=3$")
      expectHidden("a table", tables, secrets)
      expectHidden("a command", commands, secrets)
    },
    120_000
  )

  it("are in no log entry of any level, in no span and in no error", async (context) => {
    const entries: Array<string> = []
    const { spans, tracer } = recordingTracer()
    const ports = Postgres.layer.pipe(
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(DATABASE_URL) })),
      Layer.provideMerge(
        Layer.mergeAll(
          Logger.layer([
            Logger.make(
              (options) => void entries.push(Logger.formatJson.log(options), inspect(options.cause, { depth: 8 }))
            )
          ]),
          Layer.succeed(References.MinimumLogLevel, "All"),
          Layer.succeed(Tracer.Tracer, tracer),
          Layer.succeed(Postgres.DatabaseSchema, "public"),
          Layer.succeed(TrustedProxies, 1)
        )
      ),
      Layer.orDie
    )
    const { port, close } = await listening(ports)
    const { key, secrets, responses } = await run(`http://127.0.0.1:${port}`, ["users", "sessions", "communications"])
    await close()
    expect(spans.length).toBeGreaterThan(500)
    expectHidden("a log entry", entries.join("\n"), { ...secrets, key })
    expectHidden("a span", exportedText(spans), secrets)
    expectHidden("a response", responses, secrets)
    record(context, {
      "log entries": entries.length / 2,
      spans: spans.length,
      secrets: Object.keys(secrets).length,
      found: 0
    })
  }, 120_000)
})
