/** The API for everything that speaks the Fetch standard: Hono, Next.js, Bun, Deno, Workers. */
import { Cause, Exit, type Layer, ManagedRuntime } from "effect"
import { answer, type Ports } from "./Answer.ts"
import { largestBody } from "./Body.ts"
import { failure } from "./Codes.ts"
import { failed, requestId } from "./Envelope.ts"
import type { HttpResponse } from "./HttpRequest.ts"
import { headersOf } from "./Refusals.ts"

/** How a host names the network address of a client, on which log-ins are limited; unknown by default. */
export interface HandlerOptions {
  readonly address?: (request: Request) => string | null
}

/**
 * A handler, and how to release the resources of its ports. It rejects only where the ports cannot be built, or where
 * the host has read the body of the request itself. A request whose `signal` aborts is interrupted.
 */
export interface Handler {
  (request: Request): Promise<Response>
  readonly dispose: () => Promise<void>
}

/** The body of a request; `undefined` where it is larger than `largestBody`, of which no more is read. */
const bodyOf = async ({ body, signal }: Request): Promise<Uint8Array | undefined> => {
  if (body === null) return new Uint8Array()
  const whole = new Uint8Array(largestBody)
  let length = 0
  const reader = body.getReader()
  // Not every host ends the body of a request whose client has gone away.
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener("abort", stop, { once: true })
  try {
    for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
      if (length + next.value.byteLength > largestBody) {
        stop()
        return undefined
      }
      whole.set(next.value, length)
      length += next.value.byteLength
    }
    return whole.subarray(0, length)
  } finally {
    signal.removeEventListener("abort", stop)
  }
}

const utf8 = new TextEncoder()

const responseOf = ({ status, headers, body }: HttpResponse, { method }: Request): Response => {
  const { connection: _, ...sent } = headers
  const bytes = utf8.encode(body)
  return new Response(method === "HEAD" ? null : bytes, {
    status,
    headers: { ...sent, "content-length": String(bytes.byteLength) }
  })
}

/** The response to a client that has gone away, which nobody receives: hosts log it under the status that nginx gave it. */
const gone = () => new Response(null, { status: 499 })

/** Makes a handler of requests on these ports, for instance those of `layerHost(fromPg(pool))` of `@communications/postgres`. */
export const createHandler = (ports: Layer.Layer<Ports>, { address = () => null }: HandlerOptions = {}): Handler => {
  const runtime = ManagedRuntime.make(ports)
  let disposed = false

  const refused = (request: Request, code: "INVALID_PARAMETERS" | "UNAVAILABLE", description: string): Response => {
    const id = requestId(request.headers.get("x-request-id") ?? undefined)
    return responseOf(failed(failure(code, description), id, headersOf(code)), request)
  }

  const stopping = (request: Request) => refused(request, "UNAVAILABLE", "the service is about to stop")

  const handle = async (request: Request): Promise<Response> => {
    if (request.bodyUsed || request.body?.locked)
      throw new TypeError("the body of the request has been read already: pass a clone of it")
    const { headers, method, signal } = request
    let body: Uint8Array | undefined
    try {
      body = await bodyOf(request)
    } catch {
      return signal.aborted ? gone() : refused(request, "INVALID_PARAMETERS", "the body did not arrive whole")
    }
    if (signal.aborted) return gone()
    if (disposed) return stopping(request)
    const { pathname, search } = new URL(request.url)
    const asked = { method, url: pathname + search, headers: Object.fromEntries(headers), body }
    const exit = await runtime.runPromiseExit(answer({ ...asked, address: address(request) }), { signal })
    if (Exit.isSuccess(exit)) return responseOf(exit.value, request)
    if (signal.aborted) return gone()
    if (Cause.hasInterruptsOnly(exit.cause)) return stopping(request)
    throw Cause.squash(exit.cause)
  }
  const dispose = () => {
    disposed = true
    return runtime.dispose()
  }
  return Object.assign(handle, { dispose })
}
