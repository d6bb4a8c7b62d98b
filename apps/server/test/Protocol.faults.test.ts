import { isLong, record } from "@communications/test-support/faults"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { codesIn, type RawConnection, rawConnection, responsesOn } from "@communications/test-support/rawConnection"
import { endAll, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { median } from "@communications/test-support/statistics"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest"
import { documented } from "./documented.ts"
import { runCommand } from "./runCommand.ts"

const base = "/crmapi/rest/v2"
const { token } = documented.request
const contact = documented.response.data.contact_information.id

const post = (path: string, body: string, framing = `content-length: ${Buffer.byteLength(body)}`) =>
  `POST ${base}/${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n${body}`
const completing = (number: string) =>
  post("communications/complete", JSON.stringify({ token, communication_identifier: { number } }))
const live = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"

const listing = `GET ${base}/communications/list?token=${token}&life_cycle_state=DRAFT HTTP/1.1\r\nhost: x\r\n\r\n`

/** A request that completes number 60, hidden behind or in other bytes. It must never be executed. */
const hidden = completing("60")
const hiddenChunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
const framed = (framing: string, body = "") => post("communications/view", body, framing) + hidden
const chunks = (body: string) => framed("transfer-encoding: chunked", body)
const withHeader = (header: string) => `GET /health/live HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n${hidden}`
const withLine = (line: string) => `${line}\r\nhost: x\r\n\r\n${hidden}`

/** Bytes whose meaning another program could see differently: the server must refuse them and close the connection. */
const ambiguous: Readonly<Record<string, string>> = {
  "Content-Length and Transfer-Encoding": framed("content-length: 5\r\ntransfer-encoding: chunked", "0\r\n\r\n"),
  "Transfer-Encoding and Content-Length": framed("transfer-encoding: chunked\r\ncontent-length: 5", "0\r\n\r\n"),
  "two lengths": framed("content-length: 2\r\ncontent-length: 0", "{}"),
  "two equal lengths": framed("content-length: 2\r\ncontent-length: 2", "{}"),
  "a list of lengths": framed("content-length: 2, 2", "{}"),
  "a negative length": framed("content-length: -1"),
  "a length with a sign": framed("content-length: +2", "{}"),
  "a hexadecimal length": framed("content-length: 0x2", "{}"),
  "an empty length": framed("content-length: ", "{}"),
  "a length with a blank": framed("content-length: 2 2", "{}"),
  "a length that overflows": framed("content-length: 18446744073709551618", "{}"),
  "an unknown coding": framed("transfer-encoding: xchunked", "0\r\n\r\n"),
  "chunked before another coding": framed("transfer-encoding: chunked, identity", "0\r\n\r\n"),
  "chunked with a control character": framed("transfer-encoding: \u000bchunked", "0\r\n\r\n"),
  "a blank before the colon": framed("transfer-encoding : chunked", "0\r\n\r\n"),
  "a folded header": withHeader("x: a\r\n b"),
  "a folded Transfer-Encoding": framed("transfer-encoding:\r\n chunked", "0\r\n\r\n"),
  "lines that end with LF": withHeader("x: a\r\ny: b").replaceAll("\r\n", "\n"),
  "one line that ends with LF": withHeader("x: a\ny: b"),
  "a bare CR in a header": withHeader("x: a\ry: b"),
  "a NUL in a header": withHeader("x: a\u0000b"),
  "a header without a colon": withHeader("x"),
  "a header without a name": withHeader(": x"),
  "a header name with a blank": withHeader("x y: z"),
  "two hosts": withHeader("host: y"),
  "no host": `GET /health/live HTTP/1.1\r\n\r\n${hidden}`,
  "a negative chunk": chunks("-1\r\n\r\n"),
  "a chunk that overflows": chunks("10000000000000002\r\n{}\r\n0\r\n\r\n"),
  "a chunk with 0x": chunks("0x2\r\n{}\r\n0\r\n\r\n"),
  "a chunk that is no number": chunks("g\r\n{}\r\n0\r\n\r\n"),
  "a chunk longer than its size": chunks("1\r\n{}\r\n0\r\n\r\n"),
  "a chunk size that ends with LF": chunks("2\n{}\r\n0\r\n\r\n"),
  "a chunk extension with LF": chunks("2;a\nb\r\n{}\r\n0\r\n\r\n"),
  "an end of chunks with LF": chunks("0\n\n"),
  "a length in the trailers": chunks(`2\r\n{}\r\n0\r\ncontent-length: ${hidden.length}\r\n\r\n`),
  "HTTP/0.9": withLine("GET /health/live"),
  "HTTP/2.0": withLine("GET /health/live HTTP/2.0"),
  "HTTP/1.2": withLine("GET /health/live HTTP/1.2"),
  "the preface of HTTP/2": withLine("PRI * HTTP/2.0\r\n\r\nSM"),
  "a method in lower case": withLine("get /health/live HTTP/1.1"),
  "a blank before the method": withLine(" GET /health/live HTTP/1.1"),
  "a target with a blank": withLine("GET /health/live /x HTTP/1.1"),
  "a target with a NUL": withLine("GET /health/live\u0000 HTTP/1.1"),
  TLS: `\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001${hidden}`,
  "a tunnel": withLine("CONNECT x:1 HTTP/1.1"),
  "an unknown expectation": withHeader("expect: nothing")
}

/** Bytes whose meaning HTTP defines, and the codes of their responses. The hidden request is a part of a body. */
const defined: Readonly<Record<string, readonly [bytes: string, ...codes: ReadonlyArray<string>]>> = {
  "a request as the body of a GET request": [
    `GET /health/live HTTP/1.1\r\nhost: x\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}${live}`,
    ...["OK", "OK"]
  ],
  "a request in the chunks of a GET request": [
    `GET /health/live HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${hiddenChunk}${live}`,
    ...["OK", "OK"]
  ],
  "a request in the chunks of a POST request": [
    post("communications/view", hiddenChunk, "transfer-encoding: Chunked") + live,
    ...["INVALID_PARAMETERS", "OK"]
  ],
  "chunk extensions": [
    post("communications/view", '2;a=b;c="d;e"\r\n{}\r\n0;z\r\n\r\n', "transfer-encoding: chunked") + live,
    ...["INVALID_PARAMETERS", "OK"]
  ],
  "trailers that look like headers": [
    post(
      "communications/view",
      `2\r\n{}\r\n0\r\nauthorization: Bearer ${token}\r\n\r\n`,
      "transfer-encoding: chunked"
    ) + live,
    ...["INVALID_PARAMETERS", "OK"]
  ],
  "an upgrade, which closes": [`${live.slice(0, -2)}connection: upgrade\r\nupgrade: h2c\r\n\r\n${hidden}`, "OK"],
  "headers that Connection removes": [
    `${post("communications/view", "{}").replace("\r\n\r\n", "\r\nconnection: content-length\r\n\r\n")}${live}`,
    ...["INVALID_PARAMETERS", "OK"]
  ]
}

describe("clients that abuse HTTP", () => {
  let server: ServerProcess
  let url = ""
  let port = 0

  beforeAll(async () => {
    const database = await Effect.runPromise(freshDatabase)
    expect(await runCommand(["seed"], { DATABASE_URL: database })).toMatchObject({ code: 0 })
    server = start("main", { DATABASE_URL: database, LOG_LEVEL: "warning" })
    url = await server.url()
    port = Number(new URL(url).port)
  }, 120_000)
  afterAll(endAll, 60_000)

  const open = () => rawConnection(port)
  const openMany = (count: number) => Promise.all(Array.from({ length: count }, () => open()))

  const called = async (method: string, parameters: object) => {
    const body = JSON.stringify({ token, ...parameters })
    const headers = { "content-type": "application/json" }
    const response = await fetch(`${url}${base}/communications/${method}`, { method: "POST", headers, body })
    expect(response.status).toBe(200)
    return JSON.parse(await response.text()).data
  }
  /** Creates a draft and completes it. */
  const completeOne = async () => {
    const draft = { contact_information_identifier: { id: contact }, direction: "OUTGOING", media: "EMAIL" }
    const { number } = await called("create", draft)
    const { life_cycle_state } = await called("complete", { communication_identifier: { number } })
    expect(life_cycle_state).toBe("COMPLETED")
  }

  /** Runs an abuse while four good clients are served. All their requests must succeed. */
  const whileServing = async (context: TestContext, abuse: () => Promise<Readonly<Record<string, number>>>) => {
    let isOver = false
    const times: Array<number> = []
    const client = async () => {
      do {
        const began = performance.now()
        await completeOne()
        times.push(performance.now() - began)
      } while (!isOver)
    }
    const clients = Promise.all([1, 2, 3, 4].map(client))
    const figures = await Promise.race([abuse(), clients.then(() => expect.unreachable())])
    isOver = true
    await clients
    const show = await fetch(`${url}${base}/communications/show?token=${token}&communication_identifier=number=60`)
    expect(await show.json()).toMatchObject({ data: { life_cycle_state: "DRAFT" } })
    expect([server.child.exitCode, server.stderr, server.stdout.replace(/^.*"url":.*\n/, "")]).toEqual([null, "", ""])
    const p50 = isLong ? { "median of create and complete, ms": Math.round(median(times)) } : {}
    record(context, { ...figures, "drafts completed by good clients": times.length, failures: 0, ...p50 })
  }

  const sendAll = async (connections: ReadonlyArray<RawConnection>, bytes: string) => {
    for (const { socket } of connections) socket.write(bytes)
    await Promise.all(connections.map(({ closed }) => closed))
  }

  it("execute nothing that hides behind ambiguous bytes", async (context) => {
    await whileServing(context, async () => {
      const refused = await Promise.all(
        Object.entries(ambiguous).map(async ([title, bytes]) => {
          const connection = await open()
          await sendAll([connection], Buffer.from(bytes, "latin1").toString("latin1"))
          return [title, connection.text.split("\r\n", 1)[0], codesIn(connection.text).length] as const
        })
      )
      expect(refused).toEqual(refused.map(([title]) => [title, expect.stringMatching(/^HTTP\/1.1 4/), 1]))
      return { "ambiguous requests": refused.length }
    })
  }, 60_000)

  it("get the responses that HTTP defines", async (context) => {
    await whileServing(context, async () => {
      for (const [title, [bytes, ...codes]] of Object.entries(defined)) {
        const connection = await open()
        connection.socket.write(bytes)
        expect([title, ...(await responsesOn(connection, codes.length))]).toEqual([title, ...codes])
        connection.socket.destroy()
      }
      return { requests: Object.keys(defined).length }
    })
  }, 60_000)

  it("are refused if they flood it with headers, or with the framing of chunks", async (context) => {
    const longest = 4_000_000
    const begun = (framing: string) => post("communications/view", "", framing)
    const floods: Readonly<Record<string, readonly [before: string, part: string]>> = {
      "headers without end": [live.slice(0, -2), "x: y\r\n"],
      "one header without end": [`${live.slice(0, -2)}x: `, "y".repeat(100)],
      "a target without end": ["GET /", "x".repeat(100)],
      "chunks of one byte": [begun("transfer-encoding: chunked"), "1\r\n \r\n"],
      "chunk extensions without end": [`${begun("transfer-encoding: chunked")}1;`, "x".repeat(100)],
      "trailers without end": [`${begun("transfer-encoding: chunked")}0\r\n`, "x: y\r\n"],
      "blank lines without end": ["", "\r\n".repeat(50)]
    }
    await whileServing(context, async () => {
      const sent = await Promise.all(
        Object.entries(floods).map(async ([title, [before, part]]) => {
          const connection = await open()
          const { socket, closed } = connection
          socket.write(before)
          const some = part.repeat(Math.ceil(4_000 / part.length))
          while (!socket.destroyed && socket.bytesWritten < longest) {
            if (!socket.write(some))
              await Promise.race([closed, new Promise((resolve) => socket.once("drain", resolve))])
          }
          socket.end()
          await closed
          expect([title, connection.text.slice(0, 10)]).toEqual([title, expect.stringMatching(/^$|^HTTP\/1.1 4/)])
          return socket.bytesWritten
        })
      )
      return { floods: sent.length }
    })
  }, 60_000)

  it.runIf(isLong)(
    "do not keep their connection if they send slowly",
    async (context) => {
      const slow = [live.slice(0, -2), completing("60").slice(0, -50)]
      await whileServing(context, async () => {
        const connections = await openMany(100)
        const timer = setInterval(() => {
          for (const { socket } of connections) if (socket.writable) socket.write("x", () => {})
        }, 500)
        for (const [index, { socket }] of connections.entries()) socket.write(slow[index % slow.length] ?? "")
        await Promise.all(connections.map(({ closed }) => closed))
        clearInterval(timer)
        for (const { text } of connections) expect(text).toContain("the request took too long to arrive")
        return { "slow senders": connections.length }
      })
    },
    60_000
  )

  it("do not prevent others from being served if they keep 1,000 connections open without using them", async (context) => {
    await whileServing(context, async () => {
      const [silent, kept] = [await openMany(500), await openMany(500)]
      for (const { socket } of kept) socket.write(live)
      await expect.poll(() => kept.every(({ text }) => codesIn(text).length === 1), { timeout: 30_000 }).toBe(true)
      for (let time = 0; time < 10; time++) await completeOne()
      const idle = [...silent, ...kept]
      for (const { socket } of idle) socket.destroy()
      return { "idle connections": idle.length }
    })
  }, 60_000)

  it("leave nothing behind if they close their half of the connection", async (context) => {
    await whileServing(context, async () => {
      const halves = await openMany(100)
      for (const { socket } of halves) socket.end(live + listing + post("communications/view", "{}"))
      await Promise.all(halves.map(({ closed }) => closed))
      for (const { text } of halves) expect("OK,OK,INVALID_PARAMETERS").toContain(codesIn(text).join())
      return { "half-closed connections": halves.length }
    })
  }, 60_000)

  it("do not prevent others from being served if they pipeline requests and read no response", async (context) => {
    await whileServing(context, async () => {
      const pipelining = await openMany(4)
      for (const { socket } of pipelining) socket.pause().write(live.repeat(2_000))
      for (let time = 0; time < 10; time++) await completeOne()
      for (const { socket } of pipelining) socket.destroy()
      return { "pipelined requests": pipelining.length * 2_000 }
    })
  }, 60_000)

  it("do not prevent others from being served if they vanish", async (context) => {
    await whileServing(context, async () => {
      const vanishing = await openMany(isLong ? 500 : 100)
      for (const { socket } of vanishing) socket.write(listing.repeat(2) + completing("none"))
      for (const { socket } of vanishing) socket.resetAndDestroy()
      for (let time = 0; time < 10; time++) await completeOne()
      return { "vanished clients": vanishing.length }
    })
  }, 60_000)
})
