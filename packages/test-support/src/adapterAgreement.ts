/** Compares the responses of an HTTP adapter with those of `respond`: they must be equal. */
import { request as send } from "node:http"
import { bodyLimit, respond } from "@communications/http"
import { type Layer, ManagedRuntime } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { adapterIds, adapterPorts } from "./adapterPorts.ts"
import { type AdapterRequest, adapterRequests } from "./adapterRequests.ts"

/** A response as received. */
export interface AdapterResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Sends a request to an HTTP adapter and returns the response. */
export type Exchange = (request: AdapterRequest) => Promise<AdapterResponse>

const bytesOf = ({ body = "" }: AdapterRequest): Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(body.join(""))

/** Sends requests over a socket, and adds only the framing. */
export const overSocket =
  (port: number): Exchange =>
  ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = send({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => {
          const { statusCode: status = 0, headers } = response
          resolve({ status, headers, body: Buffer.concat(chunks).toString() })
        })
      }).on("error", reject)
      if (body === undefined || typeof body === "string" || body instanceof Uint8Array) sent.end(body)
      else {
        for (const piece of body) sent.write(piece)
        sent.end()
      }
    })

/** Sends requests to a Fetch handler; a body in several pieces is a stream. */
export const overFetch =
  (handler: (request: Request) => Promise<Response> | Response): Exchange =>
  async ({ method, path, headers, body }) => {
    const isWhole = body === undefined || typeof body === "string" || body instanceof Uint8Array
    const sent = isWhole ? (body ?? null) : ReadableStream.from(body.map((piece) => Buffer.from(piece)))
    const request = new Request(`http://localhost${path}`, { method, headers, body: sent, duplex: "half" })
    const response = await handler(request)
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  }

/** Calls `respond` without an HTTP adapter. */
const direct = (runtime: ManagedRuntime.ManagedRuntime<Layer.Success<typeof adapterPorts>, never>): Exchange => {
  return async (request) => {
    const { method, path: url, headers } = request
    const bytes = bytesOf(request)
    const largerThan = bodyLimit(url, 1_048_576)
    const body = bytes.byteLength > largerThan ? { largerThan } : bytes
    const response = await runtime.runPromise(respond({ method, url, headers, body, address: null }))
    const content = response.body ?? ""
    const length = response.body === null ? {} : { "content-length": String(Buffer.byteLength(content)) }
    return {
      status: response.status,
      headers: { ...response.headers, ...length },
      body: method === "HEAD" ? "" : Buffer.from(content).toString()
    }
  }
}

/** Headers that belong to a connection, not to a response. */
const connectionHeaders = ["connection", "date", "keep-alive", "transfer-encoding", "vary"]

/** A request id that the API has generated. */
const generatedId = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g

const comparable = ({ status, headers, body }: AdapterResponse) => ({
  status,
  headers: Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !connectionHeaders.includes(name))
      .map(([name, value]) => [name, String(value).replace(generatedId, "generated")])
  ),
  body: body
    .replace(/[0-9A-F]{32}/g, (id) => (adapterIds.has(id) ? id : "generated"))
    .replace(generatedId, "generated")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+/g, "a time")
})

/**
 * Declares the tests of an HTTP adapter: its response to each request equals that of `respond`. `except` names requests
 * that never reach `respond` on this adapter. It must build its own `adapterPorts`, so that it starts with the same data.
 */
export const describeAdapter = (
  name: string,
  serve: () => Promise<{ readonly exchange: Exchange; readonly close?: () => Promise<unknown> }>,
  except: ReadonlyArray<string> = []
) =>
  describe(name, () => {
    const runtime = ManagedRuntime.make(adapterPorts)
    const expected = direct(runtime)
    let served: Awaited<ReturnType<typeof serve>>
    beforeAll(async () => {
      served = await serve()
    })
    afterAll(async () => {
      await served.close?.()
      await runtime.dispose()
    })
    const all = adapterRequests
      .filter(({ title }) => !except.includes(title))
      .map((sent) => ({ sent, title: sent.title }))
    it.each(all)("$title", async ({ sent }) => {
      const response = comparable(await served.exchange(sent))
      expect(response.status).toBe(sent.status)
      expect(response).toEqual(comparable(await expected(sent)))
    })
  })
