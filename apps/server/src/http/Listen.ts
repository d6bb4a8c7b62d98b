/** Listens on an address of this machine. */
import type { Server } from "node:net"
import { Effect } from "effect"
import { StartupFailure } from "../StartupFailure.ts"

/** An address to listen on, and the variables that set it. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly variables: readonly [host: string, port: string]
}

const remedies = ([host, port]: Address["variables"]): Readonly<Record<string, string>> => ({
  EADDRINUSE: `is in use: set ${port} to another port, or stop the other program`,
  EACCES: `needs more permissions: set ${port} to a port above 1023`,
  EADDRNOTAVAIL: `is not an address of this machine: set ${host} to one of its addresses`,
  ENOTFOUND: `is not an address of this machine: set ${host} to one of its addresses`
})

const open = (server: Server, { host, port, variables }: Address) =>
  Effect.callback<void, StartupFailure>((resume) => {
    const explain = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? String(error)
      const remedy =
        remedies(variables)[code] ?? `cannot be used (${code}): set ${variables.join(" and ")} to another address`
      resume(Effect.fail(new StartupFailure({ message: `${host}:${port} ${remedy}.` })))
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

const urlOf = (address: ReturnType<Server["address"]>): string => {
  if (address === null || typeof address === "string") return String(address)
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

/** Listens until the scope closes, and returns the URL. */
export const listen = (server: Server, address: Address) =>
  Effect.acquireRelease(
    Effect.map(open(server, address), () => urlOf(server.address())),
    () => close(server)
  )
