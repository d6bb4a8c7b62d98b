import { randomUUID } from "node:crypto"
import { createServer, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { failure, statusOf } from "@communications/http"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect } from "effect"
import type { ServeError } from "effect/http/HttpServerError"
import type { Configuration } from "./Configuration.ts"
import { StartupFailure } from "./StartupFailure.ts"

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

/** Answers what never became a request in the same envelope as everything else. */
const refuse = ({ code }: NodeJS.ErrnoException, socket: Duplex): void => {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const status = statusOf("INVALID_PARAMETERS")
  const body = JSON.stringify(failure("INVALID_PARAMETERS", describe(code)))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${randomUUID()}`,
      "connection: close",
      "",
      body
    ].join("\r\n")
  )
}

/**
 * A server that gives a slow sender 5 seconds for the header and 10 for the whole request. Once it closes, it ends each
 * connection with its last answer, instead of waiting for the client to do so.
 */
const limited = () => {
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 500
  }).on("clientError", refuse)
  const endIdle = () => void (server.listening || setImmediate(() => server.closeIdleConnections()))
  return server.on("request", (_, response) => response.once("close", endIdle))
}

const sentences: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: set PORT to another one, or stop the program that holds it",
  EACCES: "is not ours to take: set PORT to one above 1023",
  EADDRNOTAVAIL: "is not an address of this machine: set HOST to one that is",
  ENOTFOUND: "is not an address of this machine: set HOST to one that is"
}

type Address = Pick<Configuration, "host" | "port">

/** Listens; when asked to stop, takes no new connection and finishes what is in flight, for at most 10 seconds. */
export const layer = ({ host, port }: Address) =>
  NodeHttpServer.layer(limited, { host, port, gracefulShutdownTimeout: "10 seconds" })

/** Says why the address cannot be listened on. */
export const explain =
  ({ host, port }: Address) =>
  ({ cause }: ServeError): Effect.Effect<never, StartupFailure> => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
    const message = `${host}:${port} ${sentences[code] ?? `cannot be listened on (${code})`}.`
    return Effect.fail(new StartupFailure({ message }))
  }
