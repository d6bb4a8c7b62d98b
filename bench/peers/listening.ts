import type { Server } from "node:http"

/** Prints the URL of a server, in the words that the bench waits for, and closes the server on SIGTERM. */
export const announce = (port: number, close: () => unknown): void => {
  console.log(`listens on http://127.0.0.1:${port}`)
  process.once("SIGTERM", () => void Promise.resolve(close()).finally(() => process.exit(0)))
}

/** Announces a listening Node server. */
export const announceServer = (server: Server): void => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  announce(address.port, () => server.closeAllConnections())
}
