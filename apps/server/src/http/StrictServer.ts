import { IncomingMessage, type RequestListener, Server, ServerResponse, STATUS_CODES } from "node:http"
import { Server as NetServer, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type Code, failed, failure, requestId } from "@communications/http"
import { write } from "./Write.ts"

/** Explains why Node's parser rejected a request. */
const describe = (code: string | undefined): string => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "the header is larger than 16 KiB"
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "the request took too long to arrive"
    default:
      return "the request is not valid HTTP"
  }
}

/** A failure that closes the connection. */
const refusal = (code: Code, description: string, id?: string | ReadonlyArray<string>) =>
  failed(failure(code, description), requestId(typeof id === "string" ? id : undefined), { connection: "close" })

/** Sends the usual envelope in response to bytes that are not a request (decision 6). */
const refuseBytes = ({ code }: NodeJS.ErrnoException, socket: Duplex): void => {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const { status, headers, body } = refusal("INVALID_PARAMETERS", describe(code))
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"))
}

/** Refuses a request that violates HTTP/1.1. */
const refuse = (request: IncomingMessage, response: ServerResponse, code: Code, description: string): void =>
  write(response, refusal(code, description, request.headers["x-request-id"]))

const refuseExpectation = (request: IncomingMessage, response: ServerResponse): void =>
  refuse(request, response, "INVALID_PARAMETERS", "Expect: only 100-continue is supported")

/** Refuses CONNECT, which requests a tunnel. Node has already detached the socket from its server. */
const refuseTunnel = (request: IncomingMessage): void => {
  const { socket } = request
  socket.on("error", () => socket.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once("finish", () => socket.destroySoon()).setHeader("allow", "")
  refuse(request, response, "METHOD_NOT_ALLOWED", "CONNECT is not supported, because this server is not a proxy")
}

const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === "host"

/** Whether a request has exactly one Host header, which HTTP/1.1 requires. */
const hasOneHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean =>
  httpVersion !== "1.1" || rawHeaders.filter((name, index) => index % 2 === 0 && isHost(name)).length === 1

/** Sets `Connection: close` on the last of these responses, and on no other. */
const closeAfterLast = (responses: Iterable<ServerResponse>): void => {
  const unsent = [...responses].filter(({ headersSent }) => !headersSent)
  for (const response of unsent) if (response.hasHeader("connection")) response.removeHeader("connection")
  unsent.at(-1)?.setHeader("connection", "close")
}

/** The maximum number of connections that wait to be accepted: Node's default. */
const backlog = 511

/** Runs a function after some turns of the event loop. Node accepts one connection in each turn. */
const afterTurns = (turns: number, run: () => void): void =>
  void (turns === 0 ? run() : setImmediate(afterTurns, turns - 1, run))

/**
 * Refuses requests that violate HTTP/1.1. Ignores requests after a response that closes their connection. When it is
 * closed, responds to the requests that clients have already sent.
 */
class StrictServer extends Server {
  /** The open connections, each with its pending responses in order. */
  readonly #connections = new Map<Socket, Set<ServerResponse>>()
  #closing = false

  /** Without a listener for upgrades, Node handles an upgrade request like any other, which HTTP allows. */
  override listenerCount(event: string): number {
    return event === "upgrade" ? 0 : super.listenerCount(event)
  }

  /** Handles bytes that are not a request: responds to complete requests before them, or if none is pending, refuses them. */
  readonly refuseBytes = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const pending = socket instanceof Socket ? this.#connections.get(socket) : undefined
    const complete = [...(pending ?? [])].filter(({ req }) => req.complete)
    closeAfterLast(complete)
    const last = complete.at(-1)
    if (last === undefined) refuseBytes(error, socket)
    else last.once("finish", () => last.req.socket.destroySoon())
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    const [request, response] = args
    if (event === "connection" && request instanceof Socket) {
      this.#connections.set(request, new Set())
      request.once("close", () => this.#connections.delete(request))
    }
    if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return super.emit(event, ...args)
    const { socket } = request
    const pending = this.#connections.get(socket)
    const previous = [...(pending ?? [])].at(-1)
    pending?.add(response)
    response.once("close", () => pending?.delete(response))
    if (this.#closing) closeAfterLast(pending ?? [])
    const handle = () => {
      if (!socket.writable || previous?.shouldKeepAlive === false) return
      if (hasOneHost(request)) super.emit(event, ...args)
      else refuse(request, response, "INVALID_PARAMETERS", "Host: exactly one is required")
    }
    // Until the previous body is read, its response may still close the connection, for example if the body is too large.
    if (previous === undefined || previous.req.readableEnded) handle()
    else previous.req.once("end", handle)
    return true
  }

  /**
   * Accepts the waiting connections, then stops listening. Closes idle connections half a second later, because a request
   * may be in transit, and limits the time for a whole request to that for its header. Node's own `close` would reset
   * waiting connections and wait for slow senders without a limit.
   */
  override close(callback?: (error?: Error) => void): this {
    this.#closing = true
    this.requestTimeout = this.headersTimeout
    for (const pending of this.#connections.values()) closeAfterLast(pending)
    const deadline = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.destroy()
    }, 11_000)
    afterTurns(backlog, () => {
      const idle = setInterval(() => {
        this.closeIdleConnections()
        for (const socket of this.#connections.keys()) if (socket.bytesRead === 0) socket.destroy()
      }, 500)
      this.once("close", () => {
        clearInterval(idle)
        clearTimeout(deadline)
      })
      NetServer.prototype.close.call(this, callback)
    })
    return this
  }
}

/**
 * Makes a server with a time limit of 5 seconds for the header and 10 seconds for the whole request. It sends the usual
 * envelope where Node would send an empty response (decision 6).
 */
export const strictServer = (listener: RequestListener): Server => {
  const server = new StrictServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 500,
      requireHostHeader: false
    },
    listener
  )
  return server
    .on("clientError", server.refuseBytes)
    .on("checkContinue", (request, response) => {
      response.writeContinue()
      listener(request, response)
    })
    .on("checkExpectation", refuseExpectation)
    .on("connect", refuseTunnel)
}
