import { createServer, type ServerResponse } from "node:http"
import { connect } from "node:net"
import { text } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { expect, it, onTestFinished } from "vitest"
import { write } from "../src/http/Write.ts"

const body = '{"status":"refused"}'

it.each<[who: string, respond: (response: ServerResponse) => void]>([
  [
    "the response",
    (response) => write(response, { status: 413, code: "PAYLOAD_TOO_LARGE", headers: { connection: "close" }, body })
  ],
  [
    "the server, which stops,",
    (response) => {
      response.setHeader("connection", "close")
      write(response, { status: 413, code: "PAYLOAD_TOO_LARGE", headers: {}, body })
    }
  ]
])("a client that is still sending receives the whole response if %s closes the connection", async (_, respond) => {
  const server = createServer((_request, response) => respond(response))
  onTestFinished(() => server[Symbol.asyncDispose]())
  const client = connect(await listenOnFreePort(server), "127.0.0.1").pause()
  client.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n")
  // The client sends more than the connection holds, and does not read the response meanwhile.
  client.write(Buffer.alloc(10_000_000))
  await sleep(50)
  expect(await text(client)).toMatch(new RegExp(`^HTTP/1.1 413 .*\r\n(?:.*\r\n)*\r\n${body}$`))
})
