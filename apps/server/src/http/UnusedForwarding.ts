import type { IncomingMessage } from "node:http"
import { type Ports, TrustedProxies } from "@communications/http"
import { Context, Effect } from "effect"

/** Makes a function that warns once if a proxy forwards requests, and the server is not configured to use its header. */
export const makeForwardingWarning = (ports: Context.Context<Ports>) => {
  const warn = Effect.runForkWith(ports)
  let isDue = Context.get(ports, TrustedProxies) === 0
  return ({ headers, socket }: IncomingMessage): void => {
    if (!isDue) return
    const header = ["X-Forwarded-For", "Forwarded"].find((name) => headers[name.toLowerCase()] !== undefined)
    if (header === undefined) return
    isDue = false
    const message =
      `A request has the header ${header}, which the server ignores because PROXIES is 0. If a proxy forwards requests ` +
      "to it, set PROXIES to the number of proxies, usually 1. Otherwise all clients share the address of the proxy, " +
      "and one stranger who guesses passwords prevents everybody from logging in."
    warn(Effect.annotateLogs(Effect.logWarning(message), { address: socket.remoteAddress }))
  }
}
