import type { ServerResponse } from "node:http"
import type { HttpResponse } from "@communications/http"

/** How long to read from a client after the response that closes its connection, in milliseconds. */
const drainTime = 1_000

/**
 * Writes a response. If it closes the connection while the request is still arriving, reads and discards the rest of the
 * request for a moment. Otherwise the kernel would reset the connection, and the client could lose the response.
 */
export const write = (response: ServerResponse, { status, headers, body }: HttpResponse): void => {
  if (response.destroyed) return
  const { req: request } = response
  const closes = headers.connection === "close" || response.getHeader("connection") === "close"
  if (closes) response.shouldKeepAlive = false
  response.writeHead(status, body === null ? headers : { ...headers, "content-length": Buffer.byteLength(body) })
  if (body === null) return void response.end()
  if (!closes || request.complete) return void response.end(body)
  response.write(body)
  const end = () => {
    clearTimeout(timer)
    if (!response.destroyed) response.end()
  }
  const timer = setTimeout(end, drainTime)
  request.once("close", end).resume()
}
