import type { ServerResponse } from "node:http"
import type { HttpResponse } from "@communications/http"

/** How long a client may go on sending, in milliseconds, after the response that ends its connection. */
const grace = 1_000

/**
 * Writes a response. Where it ends the connection while its request is still arriving, the rest is read and dropped for
 * a moment: a connection that is closed before is reset, and the client might lose the response.
 */
export const write = (response: ServerResponse, { status, headers, body }: HttpResponse): void => {
  if (response.destroyed) return
  const { req: request } = response
  const ends = headers.connection === "close" || response.getHeader("connection") === "close"
  if (ends) response.shouldKeepAlive = false
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) })
  if (!ends || request.complete) return void response.end(body)
  response.write(body)
  const end = () => {
    clearTimeout(timer)
    if (!response.destroyed) response.end()
  }
  const timer = setTimeout(end, grace)
  request.once("close", end).resume()
}
