import type { AddressInfo, Server } from "node:net"
import type { Ports } from "@communications/http"
import { Context, Effect, Layer } from "effect"
import type { Configuration } from "../Configuration.ts"
import { StartupFailure } from "../StartupFailure.ts"
import { listener } from "./Listener.ts"
import { strictServer } from "./StrictServer.ts"
import { makeLogUnserved } from "./Unserved.ts"

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: set PORT to another port, or stop the other program",
  EACCES: "needs more permissions: set PORT to a port above 1023",
  EADDRNOTAVAIL: "is not an address of this machine: set HOST to one of its addresses",
  ENOTFOUND: "is not an address of this machine: set HOST to one of its addresses"
}

type Address = Pick<Configuration, "host" | "port">

const listen = (server: Server, { host, port }: Address) =>
  Effect.callback<void, StartupFailure>((resume) => {
    const explain = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? String(error)
      const message = `${host}:${port} ${remedies[code] ?? `cannot be used (${code}): set HOST and PORT to another address`}.`
      resume(Effect.fail(new StartupFailure({ message })))
    }
    server.once("error", explain).listen({ host, port }, () => {
      server.off("error", explain)
      resume(Effect.void)
    })
  })

/** Stops accepting connections, and waits up to 10 seconds for the requests in flight. */
const close = (server: Server) =>
  Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))).pipe(
    Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.void })
  )

const urlOf = (address: AddressInfo | string | null): string => {
  if (address === null || typeof address === "string") return String(address)
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

/** The URL of the server. */
export class ServerUrl extends Context.Service<ServerUrl, string>()("@communications/server/ServerUrl") {}

/** Serves the API on a Node server. */
export const layer = (address: Address): Layer.Layer<ServerUrl, StartupFailure, Ports> =>
  Layer.effect(
    ServerUrl,
    Effect.gen(function* () {
      const ports = yield* Effect.context<Ports>()
      const server = strictServer(listener(ports), makeLogUnserved(ports))
      yield* Effect.acquireRelease(listen(server, address), () => close(server))
      return urlOf(server.address())
    })
  )
