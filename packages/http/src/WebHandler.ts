/** The HTTP adapter for frameworks and runtimes of the Fetch standard: Hono, Next.js, Bun, Deno, Workers. */
import { Cause, Context, Exit, type Layer, ManagedRuntime } from "effect"

import { largestBody, MaxBody } from "./Body.ts"
import { failure } from "./Codes.ts"
import { failed, requestId } from "./Envelope.ts"
import type { HttpResponse, RequestBody } from "./HttpRequest.ts"
import { headersOf } from "./Refusals.ts"
import { bodyLimit, respond } from "./Respond.ts"
import type { Ports } from "./Route.ts"

/** Options of `createHandler`. */
export interface HandlerOptions {
  /** Returns the network address of the client, by which log-ins and invalid tokens are limited. By default it is unknown. */
  readonly address?: (request: Request) => string | null
  /** The maximum size of a body with the content of a communication, in bytes: by default 1 MiB, at least 16 KiB. */
  readonly maxBody?: number
}

/**
 * A handler of requests. It rejects only if the ports cannot be built, or if the host has already read the body of the
 * request. If the `signal` of a request aborts, the request is interrupted.
 */
export interface Handler {
  (request: Request): Promise<Response>
  /** Interrupts the requests in flight and releases the ports. */
  readonly dispose: () => Promise<void>
}

const concat = (chunks: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** Reads the body of a request, and stops once it is larger than the limit. */
const bodyOf = async ({ body, signal }: Request, largerThan: number): Promise<RequestBody> => {
  if (body === null) return new Uint8Array()
  const chunks: Array<Uint8Array> = []
  let length = 0
  const reader = body.getReader()
  // Some servers never end the body of a request after its client has disconnected.
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener("abort", stop)
  try {
    for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
      chunks.push(next.value)
      length += next.value.byteLength
      if (length > largerThan) {
        stop()
        return { largerThan }
      }
    }
    return concat(chunks, length)
  } finally {
    signal.removeEventListener("abort", stop)
  }
}

const utf8 = new TextEncoder()

const responseOf = ({ status, headers, body }: HttpResponse, { method }: Request): Response => {
  const { connection: _, ...sent } = headers
  if (body === null) return new Response(null, { status, headers: sent })
  const bytes = typeof body === "string" ? utf8.encode(body) : body
  const init = {
    status,
    headers: { ...sent, "content-length": String(bytes.byteLength) },
    // Workers would otherwise compress a body that has a `content-encoding` again.
    ...(sent["content-encoding"] === undefined ? {} : { encodeBody: "manual" })
  }
  return new Response(method === "HEAD" ? null : bytes, init)
}

/** The response if the client has disconnected. Nobody receives it; 499 is the status that nginx logs in this case. */
const disconnected = () => new Response(null, { status: 499 })

/** Makes a handler on these ports, for example `layerHost(fromPg(pool))` of `@communications/postgres`. */
export const createHandler = (
  ports: Layer.Layer<Ports>,
  { address = () => null, maxBody = Context.get(Context.empty(), MaxBody) }: HandlerOptions = {}
): Handler => {
  if (!(maxBody >= largestBody)) throw new RangeError(`maxBody must be at least ${largestBody}, not ${maxBody}`)
  const runtime = ManagedRuntime.make(ports)
  let disposed = false

  const refuse = (request: Request, code: "INVALID_PARAMETERS" | "UNAVAILABLE", description: string): Response => {
    const id = requestId(request.headers.get("x-request-id") ?? undefined)
    return responseOf(failed(failure(code, description), id, headersOf(code)), request)
  }

  const refuseDisposed = (request: Request) => refuse(request, "UNAVAILABLE", "the server is shutting down")

  const handle = async (request: Request): Promise<Response> => {
    if (request.bodyUsed || request.body?.locked)
      throw new TypeError("the body of the request has already been read: pass a clone of the request")
    const { headers, method, signal } = request
    const { pathname, search } = new URL(request.url)
    const url = pathname + search
    let body: RequestBody
    try {
      body = await bodyOf(request, bodyLimit(url, maxBody))
    } catch {
      return signal.aborted ? disconnected() : refuse(request, "INVALID_PARAMETERS", "the body is incomplete")
    }
    if (signal.aborted) return disconnected()
    if (disposed) return refuseDisposed(request)
    const received = { method, url, headers: Object.fromEntries(headers), body }
    const exit = await runtime.runPromiseExit(respond({ ...received, address: address(request) }), { signal })
    if (Exit.isSuccess(exit)) return responseOf(exit.value, request)
    if (signal.aborted) return disconnected()
    if (Cause.hasInterruptsOnly(exit.cause)) return refuseDisposed(request)
    throw Cause.squash(exit.cause)
  }
  const dispose = () => {
    disposed = true
    return runtime.dispose()
  }
  return Object.assign(handle, { dispose })
}
