import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { StorageUnavailable } from "@communications/core"
import { type Ports, TrustedProxies } from "@communications/http"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { Cause, Effect, Layer, Logger, References } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { formatJson, formatText } from "../src/Log.ts"
import { listening } from "./listening.ts"

/** The lines that a program writes to the log, in each form. */
const linesOf = async (program: Effect.Effect<void>) => {
  const [json, text]: [Array<string>, Array<string>] = [[], []]
  const loggers = Logger.layer([
    Logger.map(formatJson, (line) => void json.push(line)),
    Logger.map(formatText, (line) => void text.push(line))
  ])
  await Effect.runPromise(Effect.provide(program, loggers))
  return { json: json.map((line) => JSON.parse(line)), text }
}

const unreachable = new StorageUnavailable({
  operation: "test",
  reason: "unreachable",
  cause: Object.assign(new Error("connection lost"), { cause: Object.assign(new Error(""), { code: "ECONNRESET" }) })
})

describe("a line of the log", () => {
  it("has a time, a level, a message and what belongs to it", async () => {
    const program = Effect.annotateLogs(Effect.logInfo("All is well"), { request_id: "one", status: 200 })
    const { json, text } = await linesOf(program)
    expect(json).toEqual([
      { timestamp: expect.any(String), level: "INFO", message: "All is well", request_id: "one", status: 200 }
    ])
    expect(Object.keys(json[0])).toEqual(["timestamp", "level", "message", "request_id", "status"])
    expect(new Date(json[0].timestamp).toISOString()).toBe(json[0].timestamp)
    expect(text).toEqual([expect.stringMatching(/^[\d:.]{12} INFO {2}All is well request_id="one" status=200$/)])
  })

  it("explains an expected failure in a sentence, and a defect with its stack", async () => {
    const failure = await linesOf(Effect.logWarning("Storage unavailable", Cause.fail(unreachable)))
    expect(failure.json[0]).toMatchObject({
      message: "Storage unavailable",
      cause: "the storage is unavailable (test): connection lost: ECONNRESET"
    })
    expect(failure.text[0]).toMatch(/ WARN {2}Storage unavailable\n {2}the storage .*: ECONNRESET$/)
    const defect = await linesOf(Effect.logError("Internal error", Cause.die(new Error("a bug"))))
    expect(defect.json[0].cause).toMatch(/^Error: a bug\n +at /)
  })

  it("has a text as its message, whatever was logged", async () => {
    const { json } = await linesOf(
      Effect.andThen(Effect.logWarning(Cause.fail(unreachable)), Effect.logInfo("a", new Error("b"), 3))
    )
    expect(json.map(({ message }) => message)).toEqual([expect.stringMatching(/^the storage is/), "a b 3"])
  })

  it("cannot control the terminal", async () => {
    const program = Effect.annotateLogs(Effect.logInfo("x\u001b[2J"), { username: "a\nb\u001b[31m\u009b" })
    const { text } = await linesOf(program)
    expect(text.join("")).not.toMatch(/\p{Cc}/u)
  })
})

describe("the log of the server", () => {
  const finalizers: Array<() => Promise<unknown>> = []
  afterEach(async () => {
    for (const finalize of finalizers.splice(0)) await finalize()
  })

  const started = async (proxies = 0) => {
    const lines: Array<Record<string, unknown>> = []
    const log = Logger.layer([Logger.map(formatJson, (line) => void lines.push(JSON.parse(line)))])
    const ports: Layer.Layer<Ports> = Layer.mergeAll(
      Layer.provideMerge(log, adapterPorts),
      Layer.succeed(References.MinimumLogLevel, "Debug"),
      Layer.succeed(TrustedProxies, proxies)
    )
    const { port, close } = await listening(ports)
    finalizers.push(close)
    /** Sends bytes, and reads until the server closes the connection. */
    const exchange = async (sent: string) => {
      const socket = connect(port, "127.0.0.1").setEncoding("utf8")
      socket.write(sent)
      return (await socket.toArray()).join("")
    }
    const logged = (message: RegExp) => {
      const found = () => lines.find((line) => message.test(String(line.message)))
      return expect.poll(found).toBeDefined().then(found)
    }
    return { exchange, lines, logged, port }
  }

  const get = (path: string, headers = "") =>
    `GET ${path} HTTP/1.1\r\nhost: x\r\nx-request-id: one\r\nconnection: close\r\n${headers}\r\n`

  it("has the line of a request that the documentation shows", async () => {
    const { exchange, logged } = await started()
    await exchange(get("/crmapi/rest/v2/communications/show?token=5EC4E7"))
    const line = await logged(/ returned 400$/)
    const text = readFileSync("docs/operating.md", "utf8")
    const documented = JSON.parse(/^```json\n(\{"timestamp".*\})\n```$/m.exec(text)?.[1] ?? "{}")
    expect(documented).toMatchObject({ timestamp: expect.any(String), duration_ms: expect.any(Number) })
    const { timestamp, duration_ms, address } = documented
    expect({ ...line, timestamp, duration_ms, address }).toEqual(documented)
    expect(Object.keys(line ?? {})).toEqual(Object.keys(documented))
    expect(line?.address).toBe("127.0.0.1")
  })

  const unserved: ReadonlyArray<readonly [string, string, number, RegExp]> = [
    ["bytes that are not HTTP", "hello\r\n\r\n", 400, /^Refused what is not a request: the request is not valid HTTP/],
    ["two Host headers", get("/docs?token=x", "host: y\r\n"), 400, /^Refused a request: Host: send exactly one/],
    ["an unknown expectation", get("/docs?token=x", "expect: tea\r\n"), 400, /^Refused a request: Expect: only 100/],
    ["a tunnel", "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", 405, /^Refused a request: CONNECT is not supported/],
    ["a large header", get("/", `x: ${"x".repeat(20_000)}\r\n`), 400, /header is larger than 16 KiB: send fewer/]
  ]
  it.each(unserved)("has a line about %s, with the request id of the response", async (_, sent, status, message) => {
    const { exchange, logged, lines } = await started()
    const response = await exchange(sent)
    const line = await logged(message)
    expect(line).toMatchObject({ level: "DEBUG", status, address: "127.0.0.1", duration_ms: expect.any(Number) })
    expect(response).toContain(`x-request-id: ${line?.request_id}\r\n`)
    expect(JSON.stringify(lines)).not.toContain("token")
  })

  it("has a line about a body that is too large, and about one that never arrives", async () => {
    const { exchange, logged, port } = await started()
    const post = (length: number) =>
      `POST /crmapi/rest/v2/communications/complete HTTP/1.1\r\nhost: x\r\nx-request-id: two\r\ncontent-length: ${length}\r\n\r\n`
    await exchange(post(3_000_000))
    expect(await logged(/returned 413$/)).toMatchObject({ level: "DEBUG", request_id: "two", status: 413 })
    const socket = connect(port, "127.0.0.1")
    socket.write(post(10))
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect(await logged(/^The connection ended before the whole request/)).toMatchObject({
      ...{ level: "DEBUG", request_id: "two", method: "POST", address: "127.0.0.1" },
      ...{ path: "/crmapi/rest/v2/communications/complete", duration_ms: expect.any(Number) }
    })
  })

  it("warns once about a proxy's header that is not used", async () => {
    const { exchange, logged, lines } = await started()
    await exchange(get("/health/live"))
    expect(lines.filter(({ level }) => level === "WARN")).toEqual([])
    await exchange(get("/health/live", "x-forwarded-for: 192.0.2.1\r\n"))
    expect(await logged(/X-Forwarded-For.*PROXIES is 0.*set PROXIES/)).toMatchObject({
      ...{ level: "WARN", address: "127.0.0.1" }
    })
    await exchange(get("/health/live", "forwarded: for=192.0.2.1\r\n"))
    expect(lines.filter(({ level }) => level === "WARN")).toHaveLength(1)
  })

  it("does not warn about it if PROXIES is set, and shows the client's address", async () => {
    const { exchange, logged, lines } = await started(1)
    await exchange(get("/health/live", "x-forwarded-for: 192.0.2.1\r\n"))
    expect(await logged(/returned 200$/)).toMatchObject({ address: "192.0.2.1" })
    expect(lines.filter(({ level }) => level === "WARN")).toEqual([])
  })
})
