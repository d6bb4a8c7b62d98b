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

describe("a server with DATABASE_URL", () => {
  const scope = Scope.makeUnsafe()
  let database = ""
  let proxy: TcpProxy
  let direct: ServerProcess
  let proxied: ServerProcess
  let urls: readonly [string, string] = ["", ""]

  beforeAll(async () => {
    database = await Effect.runPromise(freshDatabase)
    proxy = await Effect.runPromise(Scope.provide(tcpProxy(database), scope))
    direct = start("main", {
      DATABASE_URL: database,
      MAX_BODY: "20000",
      CORS_ORIGINS: "https://crm.example.com"
    })
    proxied = start("main", { DATABASE_URL: proxy.url })
    urls = [await direct.url(), await proxied.url()]
  }, 120_000)
  afterAll(async () => {
    await endAll()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, 60_000)

  /** The stored states of communications, by number. */
  const states = (numbers: ReadonlyArray<string>) =>
    Effect.flatMap(
      PgClient.PgClient,
      (sql) =>
        sql<{ number: string; life_cycle_state: string }>`
          SELECT number, life_cycle_state FROM communications WHERE number = ANY(${numbers}::text[])`
    ).pipe(
      Effect.map((rows) => new Map(rows.map((row) => [row.number, row.life_cycle_state]))),
      Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })),
      Effect.runPromise
    )

  /** Stores two hundred copies of draft 44, and returns their numbers. */
  const copies = (prefix: string) =>
    Effect.flatMap(
      PgClient.PgClient,
      (sql) => sql`
        INSERT INTO communications
          (organisation, id, number, life_cycle_state, created_at, direction, media, subject, contact_information)
        SELECT organisation, gen_random_uuid(), ${prefix}::text || n, 'DRAFT', created_at, direction, media, subject,
          contact_information
        FROM communications, generate_series(1, 200) n WHERE number = '44' RETURNING number`
    ).pipe(
      Effect.map((rows) => rows.map(({ number }) => String(number))),
      Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })),
      Effect.runPromise
    )

  it("has no demonstration data until the seed command runs, which can be repeated", async () => {
    expect(await completing(urls[0])).toMatchObject({ http: 401, code: "INVALID_TOKEN" })
    for (const _ of [1, 2]) expect(await runCommand(["seed"], { DATABASE_URL: database })).toMatchObject({ code: 0 })
    expect((await completing(urls[0])).body).toMatchObject(documented.response)
  }, 60_000)

  it("stores content of a million characters, unless MAX_BODY is smaller", async () => {
    const send = async (url: string, method: string, body: object) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${documented.request.token}` }
      const sent = { method: "POST", headers, body: JSON.stringify(body) }
      return fetch(`${url}/crmapi/rest/v2/communications/${method}`, sent)
    }
    const { contact_information } = documented.response.data
    const draft = {
      ...{ contact_information_identifier: { id: contact_information.id }, direction: "INCOMING", media: "EMAIL" },
      ...{ content: "é".repeat(500_000), fields_set: "content" }
    }
    const created = await send(urls[1], "create", draft)
    expect(created.status).toBe(200)
    expect(await created.json()).toMatchObject({ data: { content: draft.content } })
    const refused = await send(urls[0], "create", draft)
    expect(refused.status).toBe(413)
    expect(await refused.json()).toMatchObject({ status: { description: "the body is larger than 20000 bytes" } })
    expect((await send(urls[1], "view", draft)).status).toBe(413)
  }, 60_000)

  it("completes a draft exactly once for 64 concurrent requests to two servers", async () => {
    const responses = await Promise.all(
      Array.from({ length: 64 }, (_, index) => completing(urls[index % 2 ? 1 : 0], "42"))
    )
    expect(responses.filter(({ http }) => http === 200)).toHaveLength(1)
    expect(responses.filter(({ code }) => code === "NOT_DRAFT")).toHaveLength(63)
  }, 60_000)

  it("lets pages of the configured origins read its responses", async () => {
    const allowedBy = async (url: string, origin: string) =>
      (await fetch(`${url}/health/live`, { headers: { origin } })).headers.get("access-control-allow-origin")
    expect(await allowedBy(urls[0], "https://crm.example.com")).toBe("https://crm.example.com")
    expect(await allowedBy(urls[0], "https://other.example.com")).toBeNull()
    expect(await allowedBy(urls[1], "https://crm.example.com")).toBeNull()
  })

  it("returns 503 while its database is unreachable, and recovers afterwards", async () => {
    proxy.refuse()
    proxy.cut()
    for (const path of ["/health/ready", "/crmapi/rest/v2/communications/complete"]) {
      const post = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(documented.request)
      }
      const response = await fetch(`${urls[1]}${path}`, path.startsWith("/health") ? {} : post)
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"])
      expect(await response.json()).toMatchObject({ status: { code: "UNAVAILABLE" }, data: null })
    }
    expect((await fetch(`${urls[1]}/health/live`)).status).toBe(200)
    const found = () => {
      const lines = proxied.stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
      return lines.find(({ method }) => method === "POST")
    }
    await expect.poll(found).toMatchObject({
      ...{ level: "WARN", message: "Storage unavailable", status: 503, address: "127.0.0.1" },
      ...{ request_id: expect.any(String), duration_ms: expect.any(Number) },
      cause: expect.stringMatching(/^the storage [^(]+\(.+/)
    })
    expect(proxied.stdout).not.toMatch(/\\n +at /)
    proxy.heal()
    await expect.poll(async () => (await fetch(`${urls[1]}/health/ready`)).status, { timeout: 30_000 }).toBe(200)
    expect(await completing(urls[1], "43")).toMatchObject({ http: 200 })
  }, 120_000)

  it("completes a communication entirely or not at all if its client disconnects", async () => {
    const numbers = await copies("gone-")
    const gone = await Promise.allSettled(
      numbers.map((number, index) => {
        const signal = AbortSignal.timeout(Math.floor(index / 4))
        const body = JSON.stringify({ token: documented.request.token, communication_identifier: { number } })
        const headers = { "content-type": "application/json" }
        return fetch(`${urls[0]}/crmapi/rest/v2/communications/complete`, { method: "POST", headers, body, signal })
      })
    )
    expect(gone.some(({ status }) => status === "rejected")).toBe(true)
    const stored = await states(numbers)
    for (const number of numbers) {
      const { http } = await completing(urls[0], number)
      expect([200, 409]).toContain(http)
      if (stored.get(number) === "COMPLETED") expect(http).toBe(409)
    }
  }, 60_000)

  /** Sends bytes, and returns all bytes that arrive until the server closes the connection. */
  const exchange = async (text: string) => {
    const socket = connect(Number(new URL(urls[0]).port), "127.0.0.1")
    let response = ""
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      response += chunk
    })
    socket.write(text)
    await once(socket, "close")
    return response
  }
  const post = "POST /crmapi/rest/v2/communications/complete HTTP/1.1\r\n"
  it.each([
    ["bytes that are not HTTP", "GARBAGE\r\n\r\n", "INVALID_PARAMETERS"],
    ["half a header", `${post}host: x\r\n`, "INVALID_PARAMETERS"],
    [
      "half a body",
      `${post}host: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
      "INVALID_PARAMETERS"
    ],
    ["a request without a Host", "GET /health/live HTTP/1.1\r\n\r\n", "INVALID_PARAMETERS"],
    ["a request with two Hosts", "GET /health/live HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", "INVALID_PARAMETERS"],
    [
      "an upgrade without a Host",
      "GET /health/live HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
      "INVALID_PARAMETERS"
    ],
    [
      "an upgrade with half a body",
      `${post}host: x\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
      "INVALID_PARAMETERS"
    ],
    ["an unsupported Expect", `${post}host: x\r\nexpect: foo\r\ncontent-length: 2\r\n\r\n{}`, "INVALID_PARAMETERS"],
    ["Expect: 100-continue without a Host", `${post}expect: 100-continue\r\n\r\n`, "INVALID_PARAMETERS"],
    ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n", "METHOD_NOT_ALLOWED"]
  ] as const)(
    "refuses %s with the usual envelope, and closes the connection",
    async (_, sent, code) => {
      const response = await exchange(sent)
      expect(response).toMatch(code === "METHOD_NOT_ALLOWED" ? /^HTTP\/1\.1 405 / : /^HTTP\/1\.1 400 /)
      expect(response.includes("\r\nallow: \r\n")).toBe(code === "METHOD_NOT_ALLOWED")
      expect(response).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/)
      const [head = "", body = ""] = response.split("\r\n\r\n")
      expect(head).toContain(`content-length: ${body.length}`)
      expect(JSON.parse(body)).toMatchObject({ status: { code }, data: null })
    },
    60_000
  )
  it("accepts HTTP/1.0 without a Host, and refuses with the request id that the client sent", async () => {
    expect(await exchange("GET /health/live HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /)
    expect(await exchange("GET / HTTP/1.1\r\nx-request-id: mine\r\n\r\n")).toContain("\r\nx-request-id: mine\r\n")
  })

  it("responds to a complete request before invalid bytes, and then closes the connection", async () => {
    const body = JSON.stringify({ token: "0".repeat(32), communication_identifier: { number: "41" } })
    const whole = `${post}host: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const response = await exchange(`${whole}GARBAGE\r\n\r\n`)
    expect(response).toMatch(/^HTTP\/1\.1 401 /)
    expect(response).not.toContain("not valid HTTP")
  })

  it("survives clients that request a tunnel and disconnect, and ignores upgrades to other protocols", async () => {
    for (let time = 0; time < 20; time++) {
      const socket = connect(Number(new URL(urls[0]).port), "127.0.0.1")
      await once(socket, "connect")
      socket.write("CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n")
      await new Promise((resolve) => setTimeout(resolve, 5))
      socket.resetAndDestroy()
    }
    const upgrading = "GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n"
    expect(await exchange(upgrading)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it("finishes the requests in flight on SIGTERM: a completion is stored exactly if its response is OK", async () => {
    const numbers = await copies("load-")
    const requests = numbers.map((number) => completing(urls[0], number))
    await Promise.race(requests)
    const code = direct.stop("SIGTERM")
    const responses = await Promise.allSettled(requests)
    expect(await code).toBe(0)
    const stored = await states(numbers)
    const oks = numbers.filter((_, index) => {
      const response = responses[index]
      return response?.status === "fulfilled" && response.value.http === 200
    })
    expect(oks.length).toBeGreaterThan(0)
    for (const number of oks) expect(stored.get(number)).toBe("COMPLETED")
    const completed = [...stored.values()].filter((state) => state === "COMPLETED")
    expect(completed).toHaveLength(oks.length)
  }, 60_000)
})
