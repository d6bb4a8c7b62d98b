import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "@communications/test-support/freePort"
import { type PostgresServer, runAs, startPostgres } from "@communications/test-support/PostgresServer"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completing, documented } from "./documented.ts"
import { installed } from "./installed.ts"

const executable = process.env.PGBOUNCER ?? "/usr/sbin/pgbouncer"

/** The pooler gives each transaction any of three connections, so that sessions share them. */
const configuration = (database: string, port: number, users: string) => `[databases]
* = host=127.0.0.1 port=${new URL(database).port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
`

describe("a server behind PgBouncer that pools transactions", () => {
  let postgres: PostgresServer
  let pooler: ChildProcess
  let folder = ""
  let url = ""
  let log = ""

  beforeAll(async () => {
    installed(executable, "apt-get install pgbouncer, or set PGBOUNCER to its path")
    postgres = await startPostgres({ fsync: "off" })
    postgres.process.stderr?.on("data", (text: string) => {
      log += text
    })
    folder = await mkdtemp(join(tmpdir(), "communications-pooler-"))
    await chmod(folder, 0o755)
    const port = await freePort()
    await writeFile(join(folder, "users.txt"), '"postgres" ""\n')
    await writeFile(join(folder, "pgbouncer.ini"), configuration(postgres.url, port, join(folder, "users.txt")))
    pooler = spawn(executable, [join(folder, "pgbouncer.ini")], { ...runAs, stdio: ["ignore", "ignore", "pipe"] })
    await new Promise<void>((resolve, reject) => {
      let text = ""
      pooler.stderr?.setEncoding("utf8").on("data", (more: string) => {
        text += more
        if (text.includes("process up")) resolve()
      })
      pooler.once("exit", () => reject(new Error(`PgBouncer did not start:\n${text}`)))
    })
    url = `postgres://postgres@127.0.0.1:${port}/postgres`
  })
  afterAll(async () => {
    await endAll()
    pooler?.kill("SIGINT")
    if (pooler?.exitCode === null) await once(pooler, "exit")
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const errors = () => log.split("\n").filter((line) => /(ERROR|FATAL|PANIC):/.test(line))

  const post = async (server: string, path: string, body: object) => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
    return JSON.parse(await (await fetch(`${server}/crmapi/rest/v2/${path}`, init)).text())
  }

  /** Drafts a communication, completes it and looks at it, as one user among many. */
  const work = async (server: string) => {
    const { token } = documented.request
    const contact = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "A", last_name: "B" }
    const { id } = (await post(server, "contact_information/create", { token, ...contact })).data
    const draft = { contact_information_identifier: { id }, direction: "OUTGOING", media: "LETTER", subject: "S" }
    const { number } = (await post(server, "communications/create", { token, ...draft })).data
    expect(await completing(server, number, token)).toMatchObject({ http: 200 })
    expect(await completing(server, number, token)).toMatchObject({ code: "NOT_DRAFT" })
    const identifier = { token, communication_identifier: { number } }
    expect(await post(server, "communications/view", identifier)).toMatchObject({ data: { viewed: true } })
    const headers = { authorization: `Bearer ${token}` }
    for (const query of [
      `show?communication_identifier=number%3D${encodeURIComponent(number)}`,
      "list?life_cycle_state=COMPLETED"
    ]) {
      expect((await fetch(`${server}/crmapi/rest/v2/communications/${query}`, { headers })).status).toBe(200)
    }
  }
  const manyAtOnce = (servers: ReadonlyArray<string>) =>
    Promise.all(Array.from({ length: 8 }, (_, index) => work(`${servers[index % servers.length]}`)))

  it("serves without an error in the log of PostgreSQL with DATABASE_PREPARE=off", async () => {
    const env = { DATABASE_URL: url, DATABASE_PREPARE: "off" }
    expect(await start("cli", env, ["seed", "--drafts", "100"]).ended()).toBe(0)
    const servers = await Promise.all([start("main", env).url(), start("main", env).url()])
    const completed = await Promise.all(
      Array.from({ length: 64 }, (_, index) => completing(`${servers[index % 2]}`, `D${1 + (index % 32)}`))
    )
    expect(completed.filter(({ code }) => code === "OK")).toHaveLength(32)
    expect(completed.filter(({ code }) => code === "NOT_DRAFT")).toHaveLength(32)
    for (const _ of [1, 2, 3]) await manyAtOnce(servers)
    expect(await completing(`${servers[0]}`)).toMatchObject({ body: documented.response })
    const credentials = { organisation: "CRMDEMO", username: "demo", password: "demo" }
    const { token } = (await post(`${servers[0]}`, "authentication/token", credentials)).data
    const released = await post(`${servers[1]}`, "authentication/token/release", { token })
    expect(released).toMatchObject({ status: { code: "OK" } })
    expect(errors()).toEqual([])
  })

  it("serves correctly with prepared statements too, but PostgreSQL logs errors", async () => {
    const server = await start("main", { DATABASE_URL: url }).url()
    while (!errors().some((line) => line.includes("prepared statement"))) await manyAtOnce([server])
  })
})
