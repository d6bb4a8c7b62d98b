import { IncomingMessage, type RequestListener, Server, ServerResponse, STATUS_CODES } from "node:http"
import { Server as NetServer, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type Code, failed, failure, requestId } from "@communications/http"
import { write } from "./Write.ts"

/** Why Node's parser rejected a request. */
const describe = (code: string | undefined): string => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "the header is larger than 16 KiB"
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "the request took too long to arrive"
    default:
      return "this is not HTTP"
  }
}

/** A failure after which the connection ends. */
const refusal = (code: Code, description: string, id?: string | ReadonlyArray<string>) =>
  failed(failure(code, description), requestId(typeof id === "string" ? id : undefined), { connection: "close" })

/** Answers bytes that are no request, in the same envelope as everything else. */
const refuseUnread = ({ code }: NodeJS.ErrnoException, socket: Duplex): void => {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const { status, headers, body } = refusal("INVALID_PARAMETERS", describe(code))
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"))
}

/** Answers a request that HTTP/1.1 forbids. */
const refuse = (request: IncomingMessage, response: ServerResponse, code: Code, description: string): void =>
  write(response, refusal(code, description, request.headers["x-request-id"]))

const refuseExpectation = (request: IncomingMessage, response: ServerResponse): void =>
  refuse(request, response, "INVALID_PARAMETERS", "Expect: nothing but 100-continue can be expected")

/** CONNECT asks for a tunnel, which this server does not offer. Node has already released its socket. */
const refuseTunnel = (request: IncomingMessage): void => {
  const { socket } = request
  socket.on("error", () => socket.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once("finish", () => socket.destroySoon()).setHeader("allow", "")
  refuse(request, response, "METHOD_NOT_ALLOWED", `${request.url} is not at this server, which is no proxy`)
}

const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === "host"

/** Whether a request has exactly one Host header, as HTTP/1.1 demands. */
const namesHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean =>
  httpVersion !== "1.1" || rawHeaders.filter((name, index) => index % 2 === 0 && isHost(name)).length === 1

/** Announces that the connection ends with the last of these responses. */
const announceEnd = (answers: Iterable<ServerResponse>): void => {
  const unsent = [...answers].filter(({ headersSent }) => !headersSent)
  for (const answer of unsent) if (answer.hasHeader("connection")) answer.removeHeader("connection")
  unsent.at(-1)?.setHeader("connection", "close")
}

/** How many connections may wait to be accepted: Node's default, which accepts one in each turn of the event loop. */
const backlog = 511

const afterTurns = (turns: number, run: () => void): void =>
  void (turns === 0 ? run() : setImmediate(afterTurns, turns - 1, run))

/**
 * Refuses requests that HTTP/1.1 forbids; handles none behind a response that ends its connection; and closes so that
 * requests already sent are answered first.
 */
class StrictServer extends Server {
  /** The open connections, each with its unsent responses in their order. */
  readonly #connections = new Map<Socket, Set<ServerResponse>>()
  #closing = false

  /** No other protocol is spoken here: without a listener for upgrades, Node handles the request as any other. */
  override listenerCount(event: string): number {
    return event === "upgrade" ? 0 : super.listenerCount(event)
  }

  /** Answers bytes that are no request, after the complete requests on the same connection. */
  readonly refuseUnread = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const unanswered = socket instanceof Socket ? this.#connections.get(socket) : undefined
    const whole = [...(unanswered ?? [])].filter(({ req }) => req.complete)
    announceEnd(whole)
    const last = whole.at(-1)
    if (last === undefined) refuseUnread(error, socket)
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
    const unanswered = this.#connections.get(socket)
    const ahead = [...(unanswered ?? [])].at(-1)
    unanswered?.add(response)
    response.once("close", () => unanswered?.delete(response))
    if (this.#closing) announceEnd(unanswered ?? [])
    const handle = () => {
      if (!socket.writable || ahead?.shouldKeepAlive === false) return
      if (namesHost(request)) super.emit(event, ...args)
      else refuse(request, response, "INVALID_PARAMETERS", "Host: exactly one is needed")
    }
    // Until the body ahead is read, its response may turn out to end the connection.
    if (ahead === undefined || ahead.req.readableEnded) handle()
    else ahead.req.once("end", handle)
    return true
  }

  /**
   * Accepts the connections that wait, then stops listening. Idle connections end half a second later, because a request
   * may be on its way; slow senders have no longer for a request than for its header. Node's own `close` resets the
   * former, and waits for the latter without a limit.
   */
  override close(callback?: (error?: Error) => void): this {
    this.#closing = true
    this.requestTimeout = this.headersTimeout
    for (const unanswered of this.#connections.values()) announceEnd(unanswered)
    const all = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.destroy()
    }, 11_000)
    afterTurns(backlog, () => {
      const idle = setInterval(() => {
        this.closeIdleConnections()
        for (const socket of this.#connections.keys()) if (socket.bytesRead === 0) socket.destroy()
      }, 500)
      this.once("close", () => {
        clearInterval(idle)
        clearTimeout(all)
      })
      NetServer.prototype.close.call(this, callback)
    })
    return this
  }
}

/**
 * A server that gives a slow sender 5 seconds for the header and 10 for the whole request, and answers in the envelope
 * where Node would refuse a request by itself.
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
    .on("clientError", server.refuseUnread)
    .on("checkContinue", (request, response) => {
      response.writeContinue()
      listener(request, response)
    })
    .on("checkExpectation", refuseExpectation)
    .on("connect", refuseTunnel)
}
