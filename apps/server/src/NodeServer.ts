import { IncomingMessage, Server, ServerResponse, STATUS_CODES } from "node:http"
import { Server as NetServer, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type Code, failure, requestId, statusOf } from "@communications/http"
import { Context } from "effect"

/** What is wrong with a request that Node's parser gave up on. */
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

/** A failure, and the headers it is told with; the connection ends with it. */
const refusal = (code: Code, description: string, id?: unknown) => {
  const body = JSON.stringify(failure(code, description))
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "x-request-id": requestId(id),
    connection: "close"
  }
  return { status: statusOf(code), headers, body }
}

/** Answers what never became a request in the same envelope as everything else. */
const refuseUnread = ({ code }: NodeJS.ErrnoException, socket: Duplex): void => {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const { status, headers, body } = refusal("INVALID_PARAMETERS", describe(code))
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"))
}

/** Answers a request that the app shall not see. */
const refuse = (request: IncomingMessage, response: ServerResponse, code: Code, description: string): void => {
  const { status, headers, body } = refusal(code, description, request.headers["x-request-id"])
  response.writeHead(status, headers).end(body)
}

const refuseExpectation = (request: IncomingMessage, response: ServerResponse): void =>
  refuse(request, response, "INVALID_PARAMETERS", "Expect: nothing but 100-continue can be expected")

/** CONNECT asks for what is at another server; here no method is allowed for that. Node has let go of its socket. */
const refuseTunnel = (request: IncomingMessage): void => {
  const { socket } = request
  socket.on("error", () => socket.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once("finish", () => socket.destroySoon()).setHeader("allow", "")
  refuse(request, response, "METHOD_NOT_ALLOWED", `${request.url} is not at this server, which is no proxy`)
}

const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === "host"

/** Whether a request names one host, as HTTP/1.1 demands. */
const namesHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean =>
  httpVersion !== "1.1" || rawHeaders.filter((name, index) => index % 2 === 0 && isHost(name)).length === 1

/** Tells the client that its connection ends with the last of these answers. */
const announceEnd = (answers: Iterable<ServerResponse>): void => {
  const unsent = [...answers].filter(({ headersSent }) => !headersSent)
  for (const answer of unsent) if (answer.hasHeader("connection")) answer.removeHeader("connection")
  unsent.at(-1)?.setHeader("connection", "close")
}

/** How many connections may wait to be taken: Node's default, which takes one in each turn of the event loop. */
const backlog = 511

const afterTurns = (turns: number, run: () => void): void =>
  void (turns === 0 ? run() : setImmediate(afterTurns, turns - 1, run))

/** Shows the app no request that HTTP/1.1 forbids; and closes so that what was sent is answered, then ends. */
class StrictServer extends Server {
  /** The open connections, each with the answers that it waits for, in their order. */
  readonly #connections = new Map<Socket, Set<ServerResponse>>()
  #closing = false

  /** Answers a request before the listeners would; tells whether it does. */
  take: (request: IncomingMessage, response: ServerResponse) => boolean = () => false

  /** Nothing here speaks another protocol: where nobody listens for an upgrade, Node takes the request as any other. */
  override listenerCount(event: string): number {
    return event === "upgrade" ? 0 : super.listenerCount(event)
  }

  /** Answers what never became a request, but never before requests on the same connection that are whole. */
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
    const unanswered = this.#connections.get(request.socket)
    unanswered?.add(response)
    response.once("close", () => unanswered?.delete(response))
    if (this.#closing) announceEnd(unanswered ?? [])
    if (namesHost(request)) return (event === "request" && this.take(request, response)) || super.emit(event, ...args)
    refuse(request, response, "INVALID_PARAMETERS", "Host: exactly one is needed")
    return true
  }

  /**
   * Takes those who connected before, then stops listening. Idle connections are ended half a second later, since a
   * request may be on its way; slow senders have no longer for a request than for its header. Node's own `close` resets
   * the former, and waits for the latter without an end.
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
 * whatever Node would refuse by itself.
 */
export const nodeServer = (): StrictServer => {
  const server = new StrictServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 500,
    requireHostHeader: false
  })
  return server
    .on("clientError", server.refuseUnread)
    .on("checkExpectation", refuseExpectation)
    .on("connect", refuseTunnel)
}

/** The server that listens. */
export class NodeServer extends Context.Service<NodeServer, StrictServer>()("@communications/server/NodeServer") {}
