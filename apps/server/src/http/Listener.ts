import type { IncomingMessage, RequestListener } from "node:http"
import { largestBody, type Ports, respond } from "@communications/http"
import { type Context, Effect, Exit } from "effect"
import { described, makeLogUnserved, targetOf } from "./Unserved.ts"
import { makeForwardingWarning } from "./UnusedForwarding.ts"
import { write } from "./Write.ts"

/** Reads the body of a request, and passes it to `then`; passes `undefined` once it is larger than `largestBody`. */
const readBody = (request: IncomingMessage, then: (body: Uint8Array | undefined) => void): void => {
  if (Number(request.headers["content-length"] ?? 0) > largestBody) {
    then(undefined)
    return
  }
  const chunks: Array<Buffer> = []
  let length = 0
  const onData = (chunk: Buffer) => {
    length += chunk.length
    chunks.push(chunk)
    if (length <= largestBody) return
    request.off("data", onData).off("end", onEnd).resume()
    then(undefined)
  }
  const onEnd = () => then(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  request.on("data", onData).on("end", onEnd)
}

/** The headers as text. Node represents some as arrays, of which the API uses none. */
const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string | undefined>> => {
  const { "set-cookie": _, ...others } = headers
  return Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
}

/** The HTTP adapter for a Node server. If a client disconnects, its request is interrupted. */
export const listener = (ports: Context.Context<Ports>): RequestListener => {
  const fork = Effect.runForkWith(ports)
  const [logUnserved, warnOfForwarding] = [makeLogUnserved(ports), makeForwardingWarning(ports)]
  return (request, response) => {
    warnOfForwarding(request)
    const { method = "", socket } = request
    const address = socket.remoteAddress ?? null
    const url = targetOf(request)
    const began = performance.now()
    response.once("close", () => {
      if (request.complete || response.headersSent) return
      const duration_ms = Math.round(performance.now() - began)
      logUnserved("The connection ended before the whole request arrived", { ...described(request), duration_ms })
    })
    readBody(request, (body) => {
      if (response.destroyed) return
      const fiber = fork(respond({ method, url, headers: headersOf(request), body, address }))
      response.on("close", () => fiber.interruptUnsafe())
      fiber.addObserver((exit) => (Exit.isSuccess(exit) ? write(response, exit.value) : response.destroy()))
    })
  }
}
