import { request } from "node:http"
import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { documented } from "./documented.ts"
import { endAll, freshFolder, start } from "./ServerProcess.ts"

const methods = "/crmapi/rest/v2/communications"
const { token } = documented.request

/** Requests that change nothing, each with its path, its body and what its headers have besides. */
const requests: ReadonlyArray<[path: string, body: string | Uint8Array, besides?: Readonly<Record<string, string>>]> = [
  ["complete", "{}"],
  ["complete", "{"],
  ["complete", ""],
  ["complete", new Uint8Array([0x22, 0xff, 0x22])],
  ["complete", JSON.stringify({ token, communication_identifier: { number: "none" } })],
  ["complete", JSON.stringify({ token, communication_identifier: { number: "41", id: "x" } })],
  ["complete", JSON.stringify({ communication_identifier: { number: "none" } }), { authorization: `Bearer ${token}` }],
  ["complete", "{}", { "content-type": "text/plain" }],
  ["complete", "{}", { "content-encoding": "gzip" }],
  ["complete", "{}", { "x-request-id": "not well-formed" }],
  ["complete", " ".repeat(16_384)],
  ["complete", " ".repeat(16_385)],
  ["complete/", "{}"],
  ["complete?x=1", "{}"],
  ["view", JSON.stringify({ token, communication_identifier: { number: "41" }, fields_set: "subject,number" })]
]

describe("a request that is answered without Effect's HTTP server", () => {
  let url = ""
  beforeAll(async () => {
    url = await start("main", { DATA_DIR: await freshFolder() }).url()
  }, 60_000)
  afterAll(endAll, 60_000)

  const answerTo = (path: string, body: string | Uint8Array, framing: Readonly<Record<string, string>>) =>
    new Promise<ReadonlyArray<unknown>>((resolve, reject) => {
      const headers = { "content-type": "application/json", "x-request-id": "same", ...framing }
      request(`${url}${methods}/${path}`, { method: "POST", agent: false, headers }, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
        })
        const { date, ...rest } = response.headers
        const isOurs = rest["x-request-id"] === "same"
        const compared = { ...rest, ...(isOurs ? {} : { "x-request-id": "made by the server" }) }
        response.on("end", () => resolve([response.statusCode, compared, text]))
      })
        .on("error", reject)
        .end(body)
    })

  it.each(requests.map((sent) => ({ sent })))(
    "is answered as by it: $sent",
    async ({ sent: [path, body, headers] }) => {
      const whole = { ...headers, "content-length": String(Buffer.byteLength(body)) }
      const inChunks = { ...headers, "transfer-encoding": "chunked" }
      expect(await answerTo(path, body, whole)).toEqual(await answerTo(path, body, inChunks))
    }
  )

  it("is not done behind one whose answer ends the connection", async () => {
    const body = JSON.stringify(documented.request)
    const lines = ["host: x", "content-type: application/json", `content-length: ${body.length}`, "", body]
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("utf8")
    socket.write(`GET / HTTP/1.1\r\n\r\nPOST ${methods}/complete HTTP/1.1\r\n${lines.join("\r\n")}`)
    const answers = (await socket.toArray()).join("")
    expect(answers.split(/(?=HTTP\/1)/).map((answer) => answer.slice(0, 13))).toEqual(["HTTP/1.1 400 "])
    const [status] = await answerTo("complete", body, {})
    expect(status).toBe(200)
  })
})
