import { IncomingMessage, type RequestListener, Server, type ServerOptions, ServerResponse } from "node:http"
import { Server as NetServer, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { Pipeline } from "./Pipeline.ts"
import {
  type ParserError,
  refuseBytes,
  refuseExpectation,
  refuseHost,
  refuseTunnel,
  refuseVersion
} from "./RefuseInvalid.ts"
import type { LogUnserved } from "./Unserved.ts"

const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === "host"

/** Whether the server supports the version of a request. Node's parser also accepts 0.9 and 2.0. */
const isVersion1 = ({ httpVersion }: IncomingMessage): boolean => httpVersion === "1.0" || httpVersion === "1.1"

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
  /** The open connections. */
  readonly #connections = new Map<Socket, Pipeline>()
  #closing = false
  readonly #log: LogUnserved

  constructor(options: ServerOptions, listener: RequestListener, log: LogUnserved) {
    super(options, listener)
    this.#log = log
  }

  /** Without a listener for upgrades, Node handles an upgrade request like any other, which HTTP allows. */
  override listenerCount(event: string): number {
    return event === "upgrade" ? 0 : super.listenerCount(event)
  }

  /** Handles bytes that are not a request: responds to complete requests before them, or if none is pending, refuses them. */
  readonly refuseBytes = (error: ParserError, socket: Duplex): void => {
    const pipeline = socket instanceof Socket ? this.#connections.get(socket) : undefined
    const complete = [...(pipeline?.pending ?? [])].filter(({ req }) => req.complete)
    closeAfterLast(complete)
    const last = complete.at(-1)
    if (last === undefined) refuseBytes(error, socket, pipeline?.since ?? performance.now(), this.#log)
    else last.once("finish", () => last.req.socket.destroySoon())
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    const [request, response] = args
    if (event === "connection" && request instanceof Socket) {
      const emitted = super.emit(event, ...args)
      this.#connections.set(request, new Pipeline(request))
      request.once("close", () => this.#connections.delete(request))
      return emitted
    }
    if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return super.emit(event, ...args)
    const { socket } = request
    const pipeline = this.#connections.get(socket)
    if (this.#closing) closeAfterLast([...(pipeline?.pending ?? []), response])
    pipeline?.add(response, (previous) => {
      const handle = () => {
        if (!socket.writable || previous?.shouldKeepAlive === false) return
        if (!isVersion1(request)) refuseVersion(request, response, this.#log)
        else if (hasOneHost(request)) super.emit(event, ...args)
        else refuseHost(request, response, this.#log)
      }
      // Until the previous body is read, its response may still close the connection, for example if the body is too large.
      if (previous === undefined || previous.req.readableEnded) handle()
      else previous.req.once("end", handle)
    })
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
    for (const { pending } of this.#connections.values()) closeAfterLast(pending)
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
 * envelope where Node would send an empty response (decision 6), and passes its refusals to `log`.
 */
export const strictServer = (listener: RequestListener, log: LogUnserved): Server => {
  const server = new StrictServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 500,
      requireHostHeader: false,
      // Node would keep the first of two tokens, and of other headers, and ignore the second.
      joinDuplicateHeaders: true
    },
    listener,
    log
  )
  return server
    .on("clientError", server.refuseBytes)
    .on("checkContinue", listener)
    .on("checkExpectation", (request, response) => refuseExpectation(request, response, log))
    .on("connect", (request) => refuseTunnel(request, log))
}
