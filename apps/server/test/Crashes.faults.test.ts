/** Servers and their PostgreSQL, with fsync on, fail in every way while clients use them: no response contradicts the rows. */
import * as Postgres from "@communications/postgres"
import { isLong, makeRandom, record } from "@communications/test-support/faults"
import { freePort } from "@communications/test-support/freePort"
import { databaseOn } from "@communications/test-support/freshDatabase"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { endAll, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { type TcpProxy, tcpProxy } from "@communications/test-support/TcpProxy"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Layer, ManagedRuntime, Redacted, Scope } from "effect"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { check, givenUser, startLoad } from "./CrashLoad.ts"

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe("while clients create and complete communications at two servers, no response contradicts the rows:", () => {
  const scope = Scope.makeUnsafe()
  const random = makeRandom()
  let postgres: PostgresServer
  let database = ""
  let proxy: TcpProxy
  let servers: ReadonlyArray<{ readonly env: Readonly<Record<string, string>>; readonly url: string }> = []
  const processes: Array<ServerProcess> = []

  const serve = async (index: number) => {
    const server = start("main", servers[index]?.env ?? {})
    processes[index] = server
    await server.url()
  }

  beforeAll(async () => {
    postgres = await startPostgres({ fsync: "on", max_connections: "60" })
    database = await Effect.runPromise(databaseOn(postgres.url))
    await admin("CREATE ROLE app LOGIN")
    await admin(`GRANT CREATE ON DATABASE ${new URL(database).pathname.slice(1)} TO app`)
    proxy = await Effect.runPromise(Scope.provide(tcpProxy(database), scope))
    const url = new URL(proxy.url)
    url.username = "app"
    servers = await Promise.all(
      ["on", "off"].map(async (GROUP_COMMIT) => {
        const PORT = String(await freePort())
        const env = { PORT, GROUP_COMMIT, DATABASE_URL: url.href, DATABASE_SCHEMA: "communications", LOG_LEVEL: "none" }
        return { env: { ...env, LOG_LEVEL: "info" }, url: `http://127.0.0.1:${PORT}` }
      })
    )
    for (const index of servers.keys()) await serve(index)
    await admin(`CREATE TABLE public.disk (is_full boolean NOT NULL); INSERT INTO public.disk VALUES (false);
      GRANT SELECT ON public.disk TO app;
      CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT is_full FROM public.disk) THEN
          RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fill BEFORE INSERT ON communications.communication_history FOR EACH ROW EXECUTE FUNCTION public.fill()`)
  }, 120_000)
  afterAll(async () => {
    await endAll()
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await postgres.stop()
  }, 60_000)

  /** Runs SQL as the administrator, on a connection of its own, as soon as PostgreSQL accepts one. */
  const admin = async (text: string): Promise<Array<Record<string, unknown>>> => {
    const client = new pg.Client({ connectionString: database })
    client.on("error", () => {}) // the query fails, too
    try {
      await client.connect()
    } catch {
      await pause(10)
      return admin(text)
    }
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }
  const backends = async (): Promise<ReadonlyArray<number>> =>
    (await admin("SELECT pid FROM pg_stat_activity WHERE usename = 'app'")).map(({ pid }) => Number(pid))
  const disconnect = () => admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")

  interface Fault {
    readonly name: string
    readonly cycles: number
    /** Lets the fault happen once, and ends it. */
    readonly cycle: (during: () => Promise<unknown>) => Promise<unknown>
  }
  const some = () => pause(random(50))
  const faults: ReadonlyArray<Fault> = [
    {
      name: "a server is killed",
      cycles: isLong ? 50 : 1,
      cycle: async () => {
        const index = random(2)
        await processes[index]?.stop("SIGKILL")
        await serve(index)
      }
    },
    { name: "PostgreSQL is killed", cycles: isLong ? 50 : 2, cycle: () => postgres.crash() },
    {
      name: "a process of PostgreSQL is killed",
      cycles: isLong ? 50 : 2,
      cycle: async () => {
        const pids = await backends()
        const pid = pids[random(pids.length)]
        if (pid !== undefined) process.kill(pid, "SIGKILL")
      }
    },
    {
      name: "a connection is cut at a random byte",
      cycles: isLong ? 100 : 5,
      cycle: () => proxy.cutAfter(random(2) === 0 ? "toServer" : "toClient", random(6_000))
    },
    {
      name: "all connections are cut",
      cycles: isLong ? 50 : 2,
      cycle: async () => proxy.cut()
    },
    {
      name: "PostgreSQL is paused",
      cycles: isLong ? 20 : 1,
      cycle: async (during) => {
        const rows = await admin("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        const pids = [Number(postgres.process.pid), ...rows.map(({ pid }) => Number(pid))]
        for (const pid of pids) process.kill(pid, "SIGSTOP")
        await during()
        for (const pid of pids.toReversed()) process.kill(pid, "SIGCONT")
      }
    },
    {
      name: "the network is slow",
      cycles: isLong ? 10 : 1,
      cycle: async (during) => {
        proxy.slow(10 + random(40))
        await during()
        proxy.heal()
      }
    },
    {
      name: "the disk is full",
      cycles: isLong ? 20 : 1,
      cycle: async (during) => {
        await admin("UPDATE public.disk SET is_full = true")
        await during()
        await admin("UPDATE public.disk SET is_full = false")
      }
    },
    ...[
      ["the database is read-only", "SET default_transaction_read_only = on", "RESET default_transaction_read_only"],
      ["the database is out of connections", "CONNECTION LIMIT 0", "CONNECTION LIMIT -1"]
    ].map(([name = "", begin, end]) => ({
      name,
      cycles: isLong ? 20 : 1,
      cycle: async (during: () => Promise<unknown>) => {
        await admin(`ALTER ROLE app ${begin}`)
        await disconnect()
        await during()
        await admin(`ALTER ROLE app ${end}`)
        await disconnect()
      }
    }))
  ]

  it.for(faults)("$name", { timeout: 300_000 }, async ({ cycles, cycle }, { task }) => {
    const ports = ManagedRuntime.make(
      Layer.provideMerge(
        Layer.provide(Postgres.layer, Layer.succeed(Postgres.StorageTimeout, "1 minute")),
        PgClient.layer({ url: Redacted.make(database), maxConnections: 2 })
      )
    )
    const user = await ports.runPromise(givenUser)
    const load = startLoad(
      servers.map(({ url }) => url),
      user
    )
    for (let number = 0; number < cycles; number++) {
      await load.progress()
      await some()
      await cycle(() => pause(100 + random(400)))
    }
    await load.progress()
    await load.stop()
    const { wrong, ...figures } = await ports.runPromise(check(load.sent, user))
    await ports.dispose()
    for (const [name, found] of Object.entries(wrong)) expect(found, name).toEqual([])
    record(
      { task },
      {
        cycles,
        ...figures,
        ...Object.fromEntries(Object.keys(wrong).map((name) => [name, 0]))
      }
    )
  })
})
