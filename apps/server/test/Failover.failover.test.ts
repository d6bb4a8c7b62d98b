/** Machines of a database and servers are killed while clients use the servers through HAProxy: no acknowledged completion is lost. */
import * as Postgres from "@communications/postgres"
import { record } from "@communications/test-support/faults"
import { databaseOn } from "@communications/test-support/freshDatabase"
import { endAll, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { blockOf, chapterOf } from "./blockOf.ts"
import { type Cluster, type Member, makeCluster } from "./Cluster.ts"
import { check, givenUser, startLoad } from "./CrashLoad.ts"
import { untilReady } from "./untilReady.ts"

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const minutes = (count: number) => count * 60_000

/** A way in which a primary fails, and what brings its machine back. */
interface Failure {
  readonly name: string
  readonly fail: (member: Member) => Promise<void>
  readonly bringBack: (member: Member) => Promise<void>
}
const killPostgres = async (member: Member) => {
  const [postmaster] = await member.postgres()
  process.kill(Number(postmaster), "SIGKILL")
}
const failures: ReadonlyArray<Failure> = [
  { name: "PostgreSQL killed", fail: killPostgres, bringBack: async () => {} },
  { name: "machine killed", fail: (member) => member.kill(), bringBack: (member) => member.start() },
  {
    name: "machine frozen",
    fail: (member) => member.freeze(),
    bringBack: async (member) => member.thaw()
  }
]

describe("two servers on a cluster of PostgreSQL, behind HAProxy,", () => {
  let cluster: Cluster
  /** The URL of the database for its administrator, and for another user. */
  let database = ""
  const as = (user: string): string => {
    const [username = "", password = ""] = user.split(":")
    return Object.assign(new URL(database), { username, password }).href
  }
  let servers: Array<ServerProcess> = []
  const startServer = (port: number) =>
    start("main", {
      ...{ PORT: String(port), DATABASE_URL: as("crm_app:choose another"), MIGRATE: "check", PROXIES: "1" }
    })
  const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`)

  beforeAll(async () => {
    cluster = await makeCluster()
    await cluster.start()
    const administrator = cluster.database("postgres:choose-one", "postgres")
    const reachable = () => Effect.runPromise(databaseOn(administrator)).catch(() => undefined)
    database = await vi.waitUntil(reachable, { timeout: minutes(5), interval: 500 })
    const query = async (sql: string) => {
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      await client.query(sql).finally(() => client.end())
    }
    const command = async (user: string, ...words: ReadonlyArray<string>) => {
      const program = start("cli", { DATABASE_URL: as(user), MIGRATE: "off" }, words)
      if ((await program.ended()) !== 0) throw new Error(program.stderr)
      return program.stdout
    }
    await query(blockOf("sql", chapterOf("Roles")))
    await command("crm_owner:choose one", "migrate")
    await query(await command("crm_owner:choose one", "grants", "--role", "crm_app"))
    servers = cluster.servers.map(startServer)
    await Promise.all(servers.map((server) => server.url()))
    await untilReady(cluster.site, minutes(5))
  }, minutes(10))
  afterAll(async () => {
    await endAll()
    await cluster?.stop()
  }, minutes(5))

  /** Runs clients during an effect, then compares every response with the rows, and returns the figures. */
  const underLoad = async (during: (load: ReturnType<typeof startLoad>) => Promise<void>) => {
    const ports = ManagedRuntime.make(
      Layer.provideMerge(
        Postgres.layer.pipe(
          Layer.provide(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
          Layer.provide(Layer.succeed(Postgres.DatabaseSchema, "public"))
        ),
        PgClient.layer({ url: Redacted.make(database), maxConnections: 2 })
      )
    )
    const user = await ports.runPromise(givenUser)
    const load = startLoad([cluster.site], user, 8, 100)
    await during(load)
    await load.progress()
    await load.stop()
    const { wrong, ...figures } = await ports.runPromise(check(load.sent, user))
    await ports.dispose()
    for (const [name, found] of Object.entries(wrong)) expect(found, name).toEqual([])
    return { ...figures, ...Object.fromEntries(Object.keys(wrong).map((name) => [name, 0])) }
  }

  /** The longest time between two successes since a moment, in seconds. */
  const outage = ({ sent }: ReturnType<typeof startLoad>, since: number): string => {
    const successes = sent.filter(({ code, at }) => code === "OK" && at >= since).map(({ at }) => at)
    const gaps = successes.map((at, index) => at - (successes[index - 1] ?? since))
    return (Math.max(...gaps) / 1_000).toFixed(1)
  }

  /** Waits until there is a primary with a synchronous standby, and returns it. */
  const settledPrimary = async (): Promise<Member> => {
    await cluster.settled()
    const primary = await cluster.having("primary")
    return primary ?? settledPrimary()
  }

  it("lose no acknowledged completion and do none twice if the primary fails ten times", {
    timeout: minutes(60)
  }, async (context) => {
    const outages: Record<string, string> = {}
    const figures = await underLoad(async (load) => {
      for (let round = 1; round <= 10; round++) {
        const failure = failures[(round - 1) % failures.length]
        if (failure === undefined) throw new Error("there are no failures")
        const primary = await settledPrimary()
        await load.progress(50)
        const since = performance.now()
        await failure.fail(primary)
        const isReplaced = async () => {
          const found = await cluster.having("primary")
          return found !== undefined && found !== primary
        }
        await vi.waitUntil(isReplaced, { timeout: minutes(10), interval: 200 })
        await load.progress(50)
        const seconds = outage(load, since)
        await failure.bringBack(primary)
        await cluster.settled()
        outages[failure.name] = [outages[failure.name], seconds].filter((text) => text !== undefined).join(", ")
        say(
          `round ${round}: ${failure.name} at ${primary.name}; ${seconds} s without service; ${load.sent.length} requests`
        )
      }
    })
    const times = Object.entries(outages).map(([name, seconds]) => [`seconds without service, ${name}`, seconds])
    record(context, { failures: 10, ...figures, ...Object.fromEntries(times) })
  })

  it("lose nothing if servers are killed: the other one serves", { timeout: minutes(20) }, async (context) => {
    const outages: Array<string> = []
    const figures = await underLoad(async (load) => {
      await cluster.settled()
      for (let round = 0; round < 6; round++) {
        const index = round % servers.length
        await load.progress(50)
        const since = performance.now()
        await servers[index]?.stop("SIGKILL")
        await load.progress(50)
        outages.push(outage(load, since))
        const server = startServer(Number(cluster.servers[index]))
        servers[index] = server
        await server.url()
        // HAProxy asks once a second whether it is ready.
        await pause(3_000)
        say(`round ${round + 1}: a server killed; ${outages.at(-1)} s without service; ${load.sent.length} requests`)
      }
    })
    record(context, { kills: outages.length, ...figures, "seconds without service": outages.join(", ") })
  })

  it("report no success that the synchronous standby does not have: it receives nothing, and then takes over", {
    timeout: minutes(20)
  }, async (context) => {
    const figures = await underLoad(async (load) => {
      const primary = await settledPrimary()
      const standby = await cluster.having("sync")
      if (standby === undefined) throw new Error("there is no synchronous standby")
      await load.progress(50)
      // Patroni does not notice that the standby receives nothing. Requests meanwhile fail after 5 seconds, and are repeated.
      const receiver = await standby.receiver()
      process.kill(receiver, "SIGSTOP")
      await pause(12_000)
      await primary.kill()
      process.kill(receiver, "SIGKILL")
      await vi.waitUntil(async () => (await cluster.having("primary")) === standby, {
        timeout: minutes(10),
        interval: 200
      })
      await primary.start()
      await load.progress(50)
      await cluster.settled()
    })
    record(context, figures)
  })
})
