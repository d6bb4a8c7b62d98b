import type { Ports } from "@communications/http"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { type Layer, ManagedRuntime } from "effect"
import { listener } from "../src/http/Listener.ts"
import { strictServer } from "../src/http/StrictServer.ts"
import { makeLogUnserved } from "../src/http/Unserved.ts"

/** Serves ports on a free port of 127.0.0.1, until `close`, which also resets open connections. */
export const listening = async (ports: Layer.Layer<Ports>) => {
  const runtime = ManagedRuntime.make(ports)
  const context = await runtime.context()
  const server = strictServer(listener(context), makeLogUnserved(context))
  return {
    port: await listenOnFreePort(server),
    close: async () => {
      server.close().closeAllConnections()
      await runtime.dispose()
    }
  }
}
