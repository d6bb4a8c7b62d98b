/** Refuses what is not a valid request of HTTP/1.1 with the usual envelope, and logs it (decision 6). */
import { type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http"
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type Code, failed, failure, requestId } from "@communications/http"
import { described, type LogUnserved } from "./Unserved.ts"
import { write } from "./Write.ts"

/** An error of Node's parser. */
export interface ParserError extends NodeJS.ErrnoException {
  readonly reason?: string
}

/** Explains why Node's parser rejected a request, and what to do. `reason` is the parser's. */
const explain = ({ code, reason }: ParserError): string => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "the header is larger than 16 KiB: send fewer or shorter headers, or a shorter URL"
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "the request took too long to arrive: send the header within 5 seconds, and the whole request within 10"
    default: {
      const why = reason === undefined ? "" : ` (${reason})`
      return `the request is not valid HTTP/1.1${why}: correct the client or the proxy that sent it`
    }
  }
}

/** A failure that closes the connection. */
const refusal = (code: Code, description: string, id: string) =>
  failed(failure(code, description), id, { connection: "close" })

/** Sends the usual envelope in response to bytes that are not a request (decision 6), for which it waited since `began`. */
export const refuseBytes = (error: ParserError, socket: Duplex, began: number, log: LogUnserved): void => {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const [request_id, description] = [requestId(undefined), explain(error)]
  const { status, headers, body } = refusal("INVALID_PARAMETERS", description, request_id)
  const address = socket instanceof Socket ? (socket.remoteAddress ?? null) : null
  log(`Refused what is not a request: ${description}`, began, { request_id, status, address }, "INVALID_PARAMETERS")
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"))
}

/** Makes a function that refuses a request that violates HTTP/1.1. */
const refuser =
  (code: Code, description: string) =>
  (request: IncomingMessage, response: ServerResponse, log: LogUnserved): void => {
    const details = described(request)
    const refused = refusal(code, description, details.request_id)
    log(`Refused a request: ${description}`, performance.now(), { ...details, status: refused.status }, code)
    write(response, refused)
  }

/** Refuses a request without exactly one Host header. */
export const refuseHost = refuser("INVALID_PARAMETERS", "Host: send exactly one Host header")

/** Refuses a request in a version of HTTP other than 1.0 and 1.1. */
export const refuseVersion = refuser(
  "INVALID_PARAMETERS",
  "HTTP: send HTTP/1.1, which is the version that this server supports"
)

/** Refuses a request with an unknown `Expect`. */
export const refuseExpectation = refuser(
  "INVALID_PARAMETERS",
  "Expect: only 100-continue is supported; send the request without this header"
)

const refuseConnect = refuser("METHOD_NOT_ALLOWED", "CONNECT is not supported, because this server is not a proxy")

/** Refuses CONNECT, which requests a tunnel. Node has already detached the socket from its server. */
export const refuseTunnel = (request: IncomingMessage, log: LogUnserved): void => {
  const { socket } = request
  socket.on("error", () => socket.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once("finish", () => socket.destroySoon()).setHeader("allow", "")
  refuseConnect(request, response, log)
}
