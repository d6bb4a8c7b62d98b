import { once } from "node:events"
import { createServer, type Server } from "node:net"

/** Lets a server listen on a free port of 127.0.0.1; returns the port. */
export const listenOnFreePort = async (server: Server): Promise<number> => {
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return address.port
}

/** Finds a free port on this machine. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  const port = await listenOnFreePort(server)
  await server[Symbol.asyncDispose]()
  return port
}
