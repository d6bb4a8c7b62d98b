import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import { Communications } from "@communications/core"
import { adapterPorts, adapterToken } from "@communications/test-support/adapterPorts"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { Deferred, Effect, Layer } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { strictServer } from "../src/http/StrictServer.ts"
import { listening } from "./listening.ts"

const path = "/crmapi/rest/v2/communications/complete"
const completing = (number: string) => JSON.stringify({ token: adapterToken, communication_identifier: { number } })
const framed = (body: string, length = body.length) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`
const chunked = (body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n` +
  `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

const codes = (received: string) => [...received.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code)

/** Ports on which completions of number 42 wait for `release`. `calls` counts the completions. */
const waiting = () => {
  const calls = { started: Deferred.makeUnsafe<void>(), release: Deferred.makeUnsafe<void>(), interrupted: 0, steps: 0 }
  const ports = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) =>
      Communications.of({
        ...communications,
        take: (organisation, identifier, step, act) => {
          calls.steps++
          const completion = communications.take(organisation, identifier, step, act)
          if (!JSON.stringify(identifier).includes('"42"')) return completion
          return Deferred.succeed(calls.started, undefined).pipe(
            Effect.andThen(Deferred.await(calls.release)),
            Effect.andThen(completion),
            Effect.onInterrupt(() => Effect.sync(() => calls.interrupted++))
          )
        }
      })
    )
  ).pipe(Layer.provideMerge(adapterPorts))
  return { calls, ports }
}

describe("a connection to the server", () => {
  const finalizers: Array<() => Promise<unknown>> = []
  afterEach(async () => {
    for (const finalize of finalizers.splice(0)) await finalize()
  })

  const started = async () => {
    const { calls, ports } = waiting()
    const { port, close } = await listening(ports)
    finalizers.push(close)
    // The finalizer resets open connections.
    const open = () =>
      connect(port, "127.0.0.1")
        .setEncoding("utf8")
        .on("error", () => {})
    return { open, calls }
  }

  /** Reads until the server closes the connection. */
  const readAll = async (socket: Socket) => (await socket.toArray()).join("")

  /** Reads until `count` responses have arrived. */
  const readResponses = async (socket: Socket, count: number) => {
    let received = ""
    for await (const chunk of socket) {
      received += chunk
      if (codes(received).length >= count) break
    }
    return received
  }

  const isDraft = async (open: () => Socket, number: string) => {
    const socket = open()
    socket.write(framed(completing(number)))
    return codes(await readResponses(socket, 1))[0] === "OK"
  }

  for (const [description, first, code] of [
    ["is not valid HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", "INVALID_PARAMETERS"],
    ["is too large", framed("x".repeat(20_000)), "PAYLOAD_TOO_LARGE"],
    ["is too large, in chunks", chunked("x".repeat(20_000)), "PAYLOAD_TOO_LARGE"],
    ["has Connection: close", framed("{}").replace("host: x", "host: x\r\nconnection: close"), "INVALID_PARAMETERS"]
  ] as const) {
    it(`executes nothing after a request that ${description}`, async () => {
      const { open, calls } = await started()
      const socket = open()
      socket.write(first + framed(completing("41")))
      const received = await readAll(socket)
      expect(codes(received)).toEqual([code])
      expect(received.toLowerCase()).toContain("\r\nconnection: close\r\n")
      expect(calls.steps).toBe(0)
      expect(await isDraft(open, "41")).toBe(true)
    })
  }

  it("executes pipelined requests concurrently, and responds in order", async () => {
    const { open, calls } = await started()
    const socket = open()
    socket.write(framed(completing("42")) + framed(completing("41")) + chunked("{}") + framed(completing("41")))
    await Effect.runPromise(Deferred.await(calls.started))
    await expect.poll(() => calls.steps).toBe(3)
    await Effect.runPromise(Deferred.succeed(calls.release, undefined))
    expect(codes(await readResponses(socket, 4))).toEqual(["OK", "OK", "INVALID_PARAMETERS", "NOT_DRAFT"])
  })

  it("executes at most eight of many pipelined requests at once, serves others meanwhile, and responds to all", async () => {
    const { open, calls } = await started()
    const socket = open()
    socket.write(framed(completing("42")).repeat(100))
    await expect.poll(() => calls.steps).toBe(8)
    expect(await isDraft(open, "41")).toBe(true)
    expect(calls.steps).toBe(9)
    await Effect.runPromise(Deferred.succeed(calls.release, undefined))
    const received = codes(await readResponses(socket, 100))
    expect(received.filter((code) => code === "OK")).toHaveLength(1)
    expect(received).toHaveLength(100)
  })

  it("reads no further while pipelined requests wait", async () => {
    const responses: Array<ServerResponse> = []
    const server = strictServer(
      (request, response) => {
        request.resume()
        if (request.url === "/other") response.end()
        else responses.push(response)
      },
      () => {}
    )
    const sockets: Array<Socket> = []
    server.on("connection", (socket: Socket) => sockets.push(socket))
    finalizers.push(async () => server.close().closeAllConnections())
    const port = await listenOnFreePort(server)
    const socket = connect(port, "127.0.0.1").on("error", () => {})
    const count = 200
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(8_000)}\r\n\r\n`.repeat(count))
    await expect.poll(() => responses.length).toBe(8)
    for (let turn = 0; turn < 20; turn++) expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(200)
    expect(sockets[0]?.bytesRead).toBeLessThan(400_000)
    for (let sent = 0; sent < count; sent++) {
      await expect.poll(() => responses.length).toBeGreaterThan(sent)
      responses[sent]?.end()
    }
    expect(sockets[0]?.bytesRead).toBeGreaterThan(1_600_000)
  })

  it("refuses two Idempotency-Key headers, which would be one key if they were joined", async () => {
    const { open, calls } = await started()
    const keyed = (...keys: ReadonlyArray<string>) =>
      framed(completing("41")).replace(
        "host: x",
        ["host: x", ...keys.map((key) => `idempotency-key: ${key}`)].join("\r\n")
      )
    const two = open()
    two.write(keyed("a", "b"))
    const refused = await readResponses(two, 1)
    expect(codes(refused)).toEqual(["INVALID_PARAMETERS"])
    expect(refused).toContain("Idempotency-Key: send this header once")
    expect(calls.steps).toBe(0)
    const one = open()
    one.write(keyed("a, b"))
    expect(codes(await readResponses(one, 1))).toEqual(["OK"])
  })

  it("refuses two Authorization headers with different tokens, whichever is valid", async () => {
    const { open, calls } = await started()
    const body = JSON.stringify({ communication_identifier: { number: "41" } })
    const authorized = (...tokens: ReadonlyArray<string>) =>
      framed(body).replace(
        "host: x",
        ["host: x", ...tokens.map((token) => `authorization: Bearer ${token}`)].join("\r\n")
      )
    for (const tokens of [
      [adapterToken, "0".repeat(32)],
      ["0".repeat(32), adapterToken]
    ]) {
      const socket = open()
      socket.write(authorized(...tokens))
      expect(codes(await readResponses(socket, 1))).toEqual(["INVALID_TOKEN"])
    }
    expect(calls.steps).toBe(0)
    const one = open()
    one.write(authorized(adapterToken))
    expect(codes(await readResponses(one, 1))).toEqual(["OK"])
  })

  it("asks for the body of a client that expects 100-continue, unless it is announced as too large", async () => {
    const { open } = await started()
    const body = completing("41")
    const expecting = (length: number) => framed("", length).replace("host: x", "host: x\r\nexpect: 100-continue")
    const large = open()
    large.write(expecting(20_000))
    const refused = await readAll(large)
    expect(refused).toMatch(/^HTTP\/1\.1 413 /)
    expect(refused.toLowerCase()).toContain("\r\nconnection: close\r\n")
    const small = open()
    small.write(expecting(body.length))
    const [asked] = await once(small, "data")
    expect(asked).toBe("HTTP/1.1 100 Continue\r\n\r\n")
    small.write(body)
    expect(codes(await readResponses(small, 1))).toEqual(["OK"])
  })

  it("interrupts the request of a client that disconnects", async () => {
    const { open, calls } = await started()
    const socket = open()
    socket.write(framed(completing("42")))
    await Effect.runPromise(Deferred.await(calls.started))
    socket.destroy()
    await expect.poll(() => calls.interrupted).toBe(1)
  })

  it("does not execute a request if the client disconnects before its whole body has arrived", async () => {
    const { open, calls } = await started()
    const body = completing("41")
    const [aborted, halved, chunks] = [open(), open(), open()]
    aborted.write(framed(body, body.length + 1))
    chunks.write(chunked(body).slice(0, -5))
    await new Promise((resolve) => setTimeout(resolve, 50))
    aborted.destroy()
    chunks.destroy()
    halved.end(framed(body, body.length + 1))
    await readAll(halved)
    expect(calls.steps).toBe(0)
    expect(await isDraft(open, "41")).toBe(true)
  })

  it("delivers the response to a client that sends too large a body before it reads", async () => {
    const { open } = await started()
    const body = "x".repeat(4_000_000)
    for (const sent of [framed(body), chunked(body), framed(body), chunked(body)]) {
      const socket = open().pause()
      await new Promise<void>((resolve, reject) => socket.write(sent, (error) => (error ? reject(error) : resolve())))
      const received = await readAll(socket)
      expect(codes(received)).toEqual(["PAYLOAD_TOO_LARGE"])
      expect(received.toLowerCase()).toContain("\r\nconnection: close\r\n")
    }
  })

  it("closes soon if a client announces too large a body and stops sending", async () => {
    const { open } = await started()
    const socket = open()
    const since = performance.now()
    socket.write(framed("x", 20_000))
    expect(codes(await readAll(socket))).toEqual(["PAYLOAD_TOO_LARGE"])
    expect(performance.now() - since).toBeLessThan(5_000)
  })

  it("ignores the body of a GET request, and accepts an absolute URL as the target", async () => {
    const { open } = await started()
    const socket = open()
    const large = "x".repeat(20_000)
    socket.write(
      `GET /health/live HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}` +
        `GET /health/live?x=1 HTTP/1.1\r\nhost: x\r\ncontent-length: ${large.length}\r\n\r\n${large}` +
        `GET http://elsewhere:1/health/live?x=1 HTTP/1.1\r\nhost: elsewhere:1\r\n\r\n` +
        `OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n`
    )
    expect(codes(await readResponses(socket, 4))).toEqual(["OK", "OK", "OK", "NOT_FOUND"])
  })
})
