import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { bodyLimit, MaxBody, type Ports, type RequestBody, requestHeaders, respond } from "@communications/http"
import { Context, Effect, Exit } from "effect"
import { described, makeLogUnserved, targetOf } from "./Unserved.ts"
import { makeForwardingWarning } from "./UnusedForwarding.ts"
import { write } from "./Write.ts"

/** Reads the body of a request, and passes it to `then`; stops once it is larger than the limit. */
const readBody = (
  request: IncomingMessage,
  response: ServerResponse,
  largerThan: number,
  then: (body: RequestBody) => void
): void => {
  if (Number(request.headers["content-length"] ?? 0) > largerThan) {
    then({ largerThan })
    return
  }
  // `StrictServer` refuses all other expectations.
  if (request.headers.expect !== undefined && request.httpVersion === "1.1") response.writeContinue()
  const chunks: Array<Buffer> = []
  let length = 0
  const onData = (chunk: Buffer) => {
    length += chunk.length
    chunks.push(chunk)
    if (length <= largerThan) return
    request.off("data", onData).off("end", onEnd).resume()
    then({ largerThan })
  }
  const onEnd = () => {
    const [first, second] = chunks
    then(first !== undefined && second === undefined ? first : Buffer.concat(chunks))
  }
  request.on("data", onData).on("end", onEnd)
}

const keyHeader = requestHeaders.idempotencyKey.header.toLowerCase()

/**
 * The headers as text. Node represents some as arrays, of which the API uses none, and joins repeated ones with commas.
 * Repeated keys are joined with a line break instead, which no key may have: joined with a comma they would be a valid key.
 */
const headersOf = (request: IncomingMessage): Readonly<Record<string, string | undefined>> => {
  const { "set-cookie": _, ...others } = request.headers
  const texts = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
  if (!texts[keyHeader]?.includes(",")) return texts
  return { ...texts, [keyHeader]: request.headersDistinct[keyHeader]?.join("\n") }
}

/** The HTTP adapter for a Node server. If a client disconnects, its request is interrupted. */
export const listener = (ports: Context.Context<Ports>): RequestListener => {
  const fork = Effect.runForkWith(ports)
  const maxBody = Context.get(ports, MaxBody)
  const [logUnserved, warnOfForwarding] = [makeLogUnserved(ports), makeForwardingWarning(ports)]
  return (request, response) => {
    warnOfForwarding(request)
    const { method = "", socket } = request
    const address = socket.remoteAddress ?? null
    const url = targetOf(request)
    const began = performance.now()
    response.once("close", () => {
      if (request.complete || response.headersSent) return
      logUnserved("The connection ended before the whole request arrived", began, described(request))
    })
    readBody(request, response, bodyLimit(url, maxBody), (body) => {
      if (response.destroyed) return
      const fiber = fork(respond({ method, url, headers: headersOf(request), body, address }))
      response.on("close", () => fiber.interruptUnsafe())
      fiber.addObserver((exit) => (Exit.isSuccess(exit) ? write(response, exit.value) : response.destroy()))
    })
  }
}
