import type { Server } from "node:http"

/** Prints where a server listens, in the words that the bench waits for, and closes it on SIGTERM. */
export const announce = (port: number, close: () => unknown): void => {
  console.log(`listens on http://127.0.0.1:${port}`)
  process.once("SIGTERM", () => void Promise.resolve(close()).finally(() => process.exit(0)))
}

/** Announces a server of Node once it listens. */
export const announceServer = (server: Server): void => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port was given")
  announce(address.port, () => server.closeAllConnections())
}
