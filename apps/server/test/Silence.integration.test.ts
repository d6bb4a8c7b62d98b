import { once } from "node:events"
import { connect } from "node:net"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { type TcpProxy, tcpProxy } from "@communications/test-support/TcpProxy"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completing, documented } from "./documented.ts"
import { runCommand } from "./runCommand.ts"

describe("a server whose network to the database drops all packets", () => {
  const scope = Scope.makeUnsafe()
  let database = ""
  let proxy: TcpProxy
  let server: ServerProcess
  let url = ""

  beforeAll(async () => {
    database = await Effect.runPromise(freshDatabase)
    proxy = await Effect.runPromise(Scope.provide(tcpProxy(database), scope))
    expect(await runCommand(["seed"], { DATABASE_URL: database })).toMatchObject({ code: 0 })
    server = start("main", { DATABASE_URL: proxy.url })
    url = await server.url()
  }, 120_000)
  afterAll(async () => {
    await endAll()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, 60_000)

  /** For each communication: whether it is stored as completed, and whether its columns are consistent. */
  const stored = (numbers: ReadonlyArray<string>) =>
    Effect.flatMap(
      PgClient.PgClient,
      (sql) => sql<{ number: string; completed: boolean; consistent: boolean }>`
        SELECT number, life_cycle_state = 'COMPLETED' AS completed,
          (life_cycle_state = 'COMPLETED') = (completed_at IS NOT NULL AND completed_by IS NOT NULL) AND
          (life_cycle_state = 'DRAFT') = (completed_at IS NULL AND completed_by IS NULL) AS consistent
        FROM communications JOIN sessions USING (organisation)
        WHERE number = ANY(${numbers}::text[])
          AND token_hash = sha256(convert_to(${documented.request.token}, 'UTF8'))`
    ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })), Effect.runPromise)

  const isReady = async () => (await fetch(`${url}/health/ready`)).status

  it.each(["toServer", "toClient"] as const)(
    "returns UNAVAILABLE while no bytes pass %s, and recovers afterwards",
    async (direction) => {
      await expect.poll(isReady, { timeout: 30_000 }).toBe(200)
      const number = direction === "toServer" ? "42" : "43"
      void proxy.swallow(direction)
      const [ready, complete] = await Promise.all([fetch(`${url}/health/ready`), completing(url, number)])
      expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "1"])
      expect(await ready.json()).toMatchObject({ status: { code: "UNAVAILABLE" }, data: null })
      expect(complete).toMatchObject({ http: 503, code: "UNAVAILABLE" })
      expect(complete.headers.get("retry-after")).toBe("1")
      expect((await fetch(`${url}/health/live`)).status).toBe(200)
      proxy.heal()
      await expect.poll(isReady, { timeout: 30_000 }).toBe(200)
      expect([200, 409]).toContain((await completing(url, number)).http)
      expect(await stored([number])).toEqual([{ number, completed: true, consistent: true }])
    },
    120_000
  )

  /** Sends a request on a separate connection, and returns all bytes of the response. */
  const exchange = async (number: string) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1")
    const body = JSON.stringify({ ...documented.request, communication_identifier: { number } })
    let response = ""
    socket.setEncoding("utf8").on("data", (text: string) => {
      response += text
    })
    socket.on("error", () => {}) // the "close" event comes next and is handled
    const closed = new Promise((resolve) => socket.once("close", resolve))
    await once(socket, "connect")
    socket.write(
      `POST /crmapi/rest/v2/communications/complete HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    )
    return { response: () => closed.then(() => response) }
  }

  it("stops listening at once on SIGTERM, but exits only after complete responses to all requests in flight", async () => {
    await expect.poll(isReady, { timeout: 30_000 }).toBe(200)
    const numbers = Array.from({ length: 17 }, (_, index) => String(44 + index))
    const swallowed = proxy.swallow("toServer")
    const sent = await Promise.all(numbers.map(exchange))
    await swallowed
    const code = server.stop("SIGTERM")
    const isListening = () =>
      fetch(`${url}/health/live`).then(
        () => true,
        () => false
      )
    await expect.poll(isListening, { timeout: 30_000 }).toBe(false)
    proxy.heal()
    const responses = await Promise.all(sent.map(({ response }) => response()))
    expect(await code).toBe(0)
    const statuses = new Map(numbers.map((number, index) => [number, responses[index]?.slice(0, 13) ?? ""]))
    const received = responses.filter((response) => response !== "")
    expect(received.length).toBeGreaterThan(0)
    for (const response of received) {
      expect(response).toMatch(/^HTTP\/1\.1 (200|503) /)
      const body = response.slice(response.indexOf("\r\n\r\n") + 4)
      expect(response.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}\r\n`)
      expect(JSON.parse(body)).toHaveProperty("status.code")
    }
    const rows = await stored(numbers)
    expect(rows).toHaveLength(numbers.length)
    for (const { number, completed, consistent } of rows) {
      expect(consistent).toBe(true)
      if (statuses.get(number) === "HTTP/1.1 200 ") expect(completed).toBe(true)
      if (completed) expect(statuses.get(number)).not.toBe("")
    }
  }, 120_000)
})
