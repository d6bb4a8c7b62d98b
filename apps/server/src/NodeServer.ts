import { IncomingMessage, Server, ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { type Code, failure, requestId, statusOf } from "@communications/http"

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

/** CONNECT asks for what is at another server; here no method is allowed for that. */
const refuseTunnel = (request: IncomingMessage): void => {
  const response = new ServerResponse(request)
  response.assignSocket(request.socket)
  response.once("finish", () => request.socket.end()).setHeader("allow", "")
  refuse(request, response, "METHOD_NOT_ALLOWED", `${request.url} is not at this server, which is no proxy`)
}

/** Whether a request names one host, as HTTP/1.1 demands. */
const namesHost = ({ httpVersion, headersDistinct }: IncomingMessage): boolean =>
  httpVersion !== "1.1" || headersDistinct.host?.length === 1

class StrictServer extends Server {
  override emit(event: string, ...args: Array<unknown>): boolean {
    const [request, response] = args
    if (request instanceof IncomingMessage && response instanceof ServerResponse && !namesHost(request)) {
      refuse(request, response, "INVALID_PARAMETERS", "Host: exactly one is needed")
      return true
    }
    return super.emit(event, ...args)
  }
}

/**
 * A server that gives a slow sender 5 seconds for the header and 10 for the whole request, and answers in the envelope
 * whatever Node would refuse by itself. Once it closes, it ends each connection with its last answer, instead of
 * waiting for the client to do so.
 */
export const nodeServer = (): Server => {
  const server = new StrictServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 500,
    requireHostHeader: false
  })
  const endIdle = () => void (server.listening || setImmediate(() => server.closeIdleConnections()))
  return server
    .on("clientError", refuseUnread)
    .on("checkExpectation", refuseExpectation)
    .on("connect", refuseTunnel)
    .on("request", (_, response) => response.once("close", endIdle))
}
