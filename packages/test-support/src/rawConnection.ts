import { once } from "node:events"
import { connect, type Socket } from "node:net"

/** A connection on which a test sends bytes that no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket
  /** Everything that has been received. */
  text: string
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
}

/** Opens a connection to a port of this machine. */
export const rawConnection = async (port: number): Promise<RawConnection> => {
  const socket = connect({ port, host: "127.0.0.1" })
  const connection = { socket, text: "", closed: new Promise<void>((resolve) => socket.once("close", () => resolve())) }
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    connection.text += chunk
  })
  await once(socket, "connect")
  socket.on("error", () => {}) // the "close" event comes next
  return connection
}

/** The codes of the API's responses in what was received. */
export const codesIn = (received: string): ReadonlyArray<string | undefined> =>
  [...received.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code)

/** Waits until this many responses of the API have arrived, or the connection is closed. */
export const responsesOn = async (
  connection: RawConnection,
  count: number
): Promise<ReadonlyArray<string | undefined>> => {
  const { socket, closed } = connection
  while (codesIn(connection.text).length < count && !socket.closed) {
    await Promise.race([closed, new Promise((resolve) => socket.once("data", resolve))])
  }
  return codesIn(connection.text)
}
