import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import type { ServeError } from "effect/http/HttpServerError"
import type { Configuration } from "./Configuration.ts"
import { NodeServer, nodeServer } from "./NodeServer.ts"
import { StartupFailure } from "./StartupFailure.ts"

const sentences: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: set PORT to another one, or stop the program that holds it",
  EACCES: "is not ours to take: set PORT to one above 1023",
  EADDRNOTAVAIL: "is not an address of this machine: set HOST to one that is",
  ENOTFOUND: "is not an address of this machine: set HOST to one that is"
}

type Address = Pick<Configuration, "host" | "port">

/** Listens; when asked to stop, takes no new connection and finishes what is in flight, for at most 10 seconds. */
export const layer = ({ host, port }: Address) =>
  Layer.unwrap(
    Effect.sync(() => {
      const server = nodeServer()
      const listening = NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: "10 seconds" })
      return Layer.merge(listening, Layer.succeed(NodeServer, server))
    })
  )

/** Says why the address cannot be listened on. */
export const explain =
  ({ host, port }: Address) =>
  ({ cause }: ServeError): Effect.Effect<never, StartupFailure> => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
    const message = `${host}:${port} ${sentences[code] ?? `cannot be listened on (${code})`}.`
    return Effect.fail(new StartupFailure({ message }))
  }
