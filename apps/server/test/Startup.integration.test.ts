import { createServer } from "node:net"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import { tcpProxy } from "@communications/test-support/TcpProxy"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { runCommand } from "./runCommand.ts"

describe("a server that cannot start", () => {
  afterAll(endAll, 60_000)

  const refused = async (env: Readonly<Record<string, string>>, sentence: RegExp) => {
    const server = start("main", { DATA_DIR: await freshFolder(), ...env })
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toMatch(sentence)
    expect(server.stderr.trimEnd().split("\n")).toHaveLength(1)
    expect(server.stdout + server.stderr).not.toContain("s3cret")
  }

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["an invalid DATABASE_URL", { DATABASE_URL: "s3cret" }, /^DATABASE_URL must be/],
    [
      "a DATABASE_URL of another database system",
      { DATABASE_URL: "mysql://u:s3cret@127.0.0.1/x" },
      /^DATABASE_URL must be/
    ],
    [
      "a DATABASE_URL with a password that is not percent-encoded",
      { DATABASE_URL: "postgres://u:x@s3cret/y:z#@127.0.0.1/x" },
      /^DATABASE_URL must be .* percent-encoded/
    ],
    ["an invalid PORT", { PORT: "abc" }, /^PORT must be/],
    ["a data folder that is a file", { DATA_DIR: "/dev/null" }, /^The data folder \/dev\/null cannot be used/],
    [
      "a data folder with other files",
      { DATA_DIR: "apps" },
      /^The data folder \S+apps cannot be used \(it contains other files\)/
    ],
    ["a data folder that cannot be created", { DATA_DIR: "/proc/x/y" }, /^The data folder \/proc\/x\/y cannot be used/]
  ])("reports %s in one sentence and exits with code 1", (_, env, sentence) => refused(env, sentence), 60_000)

  it.each([
    ["another process has locked", false],
    ["is locked and then becomes unreachable", true]
  ])(
    "reports a schema that %s in one sentence and exits with code 1",
    async (_, becomesUnreachable) => {
      const database = await Effect.runPromise(freshDatabase)
      expect(await runCommand(["seed"], { DATABASE_URL: database })).toMatchObject({ code: 0 })
      const starting = (url: string) =>
        Effect.promise(() =>
          refused(
            { DATABASE_URL: url, MIGRATION_TIMEOUT: "3 seconds" },
            /^The migrations did not finish in 3s: .* MIGRATION_TIMEOUT/
          )
        )
      await Effect.gen(function* () {
        const proxy = yield* tcpProxy(database)
        const sql = yield* PgClient.PgClient
        const dropPackets = Effect.gen(function* () {
          const isWaiting = Effect.map(
            sql`SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`,
            (waiting) => waiting.length > 0
          )
          yield* Effect.repeat(isWaiting, { until: (isWaiting) => isWaiting })
          void proxy.swallow("toServer")
          void proxy.swallow("toClient")
          return yield* Effect.never
        })
        yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`LOCK TABLE communications_migrations`
            yield* becomesUnreachable ? Effect.raceFirst(starting(proxy.url), dropPackets) : starting(proxy.url)
          })
        )
      }).pipe(Effect.scoped, Effect.provide(PgClient.layer({ url: Redacted.make(database) })), Effect.runPromise)
    },
    60_000
  )

  it("makes ServerProcess.url reject at once if it is killed", async () => {
    const server = start("main", { DATA_DIR: await freshFolder() })
    server.child.kill("SIGKILL")
    await expect(server.url()).rejects.toThrow("SIGKILL")
  }, 60_000)

  it("reports a HOST of another machine in one sentence and exits with code 1", async () => {
    const DATABASE_URL = await Effect.runPromise(freshDatabase)
    await refused({ DATABASE_URL, HOST: "192.0.2.1" }, /^192\.0\.2\.1:0 is not an address of this machine/)
  }, 60_000)

  it("reports a port in use in one sentence and exits with code 1", async () => {
    const DATABASE_URL = await Effect.runPromise(freshDatabase)
    const otherServer = createServer()
    const port = String(await listenOnFreePort(otherServer))
    await refused({ DATABASE_URL, PORT: port }, /^127\.0\.0\.1:\d+ is in use: set PORT/)
    for (const [METRICS_HOST, message] of [
      [undefined, /^127\.0\.0\.1:\d+ is in use: set METRICS_PORT/],
      ["192.0.2.1", /^192\.0\.2\.1:\d+ is not an address of this machine: set METRICS_HOST/]
    ] as const) {
      const server = start("main", { DATABASE_URL, METRICS_PORT: port, ...(METRICS_HOST && { METRICS_HOST }) })
      expect(await server.ended()).toBe(1)
      expect(server.stderr).toMatch(message)
      expect(server.stdout).not.toContain("listens")
    }
    otherServer.close()
  }, 60_000)
})
