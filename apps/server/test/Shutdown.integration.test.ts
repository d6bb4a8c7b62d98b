import { once } from "node:events"
import { connect } from "node:net"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { type TcpProxy, tcpProxy } from "@communications/test-support/TcpProxy"
import { Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"

describe("a server that receives SIGTERM", () => {
  const scope = Scope.makeUnsafe()
  let proxy: TcpProxy
  let server: ServerProcess
  let port = 0

  beforeAll(async () => {
    proxy = await Effect.runPromise(Scope.provide(tcpProxy(await Effect.runPromise(freshDatabase)), scope))
  })
  beforeEach(async () => {
    server = start("main", { DATABASE_URL: proxy.url })
    port = Number(new URL(await server.url()).port)
  }, 60_000)
  afterAll(async () => {
    await endAll()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, 60_000)

  /** Opens a connection. `text` is everything received on it; `received` waits for more, `closed` for its end. */
  const connection = async () => {
    const socket = connect(port, "127.0.0.1")
    const closed = new Promise((resolve) => socket.once("close", resolve))
    const state = { socket, text: "", received: () => once(socket, "data"), closed }
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      state.text += chunk
    })
    socket.on("error", () => {}) // the "close" event comes next and is handled
    await once(socket, "connect")
    return state
  }
  /** Opens a connection that is kept alive after one response. */
  const idle = async () => {
    const state = await connection()
    state.socket.write(live)
    await state.received()
    state.text = ""
    return state
  }
  const live = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
  const head = "POST /crmapi/rest/v2/communications/complete HTTP/1.1\r\nhost: x\r\n"

  it("responds to requests that were already sent, on new and old connections", async () => {
    const old = await Promise.all(Array.from({ length: 8 }, idle))
    server.child.kill("SIGSTOP")
    const all = [...old, ...(await Promise.all(Array.from({ length: 64 }, connection)))]
    for (const { socket } of all) socket.write(live)
    const code = server.stop("SIGTERM")
    server.child.kill("SIGCONT")
    await Promise.all(all.map(({ closed }) => closed))
    for (const { text } of all) expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(await code).toBe(0)
  }, 60_000)

  it("closes idle connections first, and each other connection after its last response", async () => {
    const [waiting, pipelining, unused, silent] = await Promise.all([connection(), connection(), idle(), connection()])
    const swallowed = proxy.swallow("toServer")
    const body = JSON.stringify({ token: "0".repeat(32), communication_identifier: { number: "41" } })
    const request = `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    waiting.socket.write(request)
    pipelining.socket.write(request.repeat(3))
    await swallowed
    const code = server.stop("SIGTERM")
    await unused.closed
    await silent.closed
    expect(waiting.text).toBe("")
    proxy.heal()
    await waiting.closed
    await pipelining.closed
    const responses = [waiting, pipelining].map(({ text }) => text.split(/(?=HTTP\/1)/))
    expect(responses.map((all) => all.length)).toEqual([1, 3])
    for (const response of responses.flat()) expect(response).toMatch(/^HTTP\/1\.1 (401|503) /)
    const ends = responses.map((all) =>
      all.map((response) => response.toLowerCase().includes("\r\nconnection: close\r\n"))
    )
    expect(ends).toEqual([[true], [false, false, true]])
    expect(await code).toBe(0)
  }, 60_000)

  it("exits even if a client keeps the connection of a refused tunnel open", async () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).resume()
    socket.write("CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n")
    await once(socket, "end")
    expect(await server.stop("SIGTERM")).toBe(0)
    socket.destroy()
  }, 60_000)

  it("waits for incomplete requests up to their timeout, and then refuses them", async () => {
    const json = "content-type: application/json\r\n"
    const halves = [
      "GET ",
      head,
      `${head}${json}content-length: 9\r\n\r\n{`,
      `${head}${json}transfer-encoding: chunked\r\n\r\n1`
    ]
    const sending = async (half: string) => {
      const state = await connection()
      state.socket.write(half)
      return state
    }
    const all = await Promise.all(halves.map(sending))
    const late = await sending(live.slice(0, 20))
    const code = server.stop("SIGTERM")
    const listens = () =>
      connection().then(
        ({ socket }) => socket.destroy(),
        () => false
      )
    await expect.poll(listens, { timeout: 30_000 }).toBe(false)
    late.socket.write(live.slice(20))
    await late.closed
    expect(late.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(late.text.toLowerCase()).toContain("\r\nconnection: close\r\n")
    await Promise.all(all.map(({ closed }) => closed))
    expect(all.map(({ text }) => text.slice(0, 13))).toEqual(all.map(() => "HTTP/1.1 400 "))
    for (const { text } of all) expect(text).toContain("the request took too long to arrive")
    expect(await code).toBe(0)
  }, 60_000)
})
