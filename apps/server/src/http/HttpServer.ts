import type { Ports } from "@communications/http"
import { Context, Effect, Layer } from "effect"
import type { Configuration } from "../Configuration.ts"
import type { StartupFailure } from "../StartupFailure.ts"
import { listen } from "./Listen.ts"
import { listener } from "./Listener.ts"
import { strictServer } from "./StrictServer.ts"
import { makeLogUnserved } from "./Unserved.ts"

/** The URL of the server. */
export class ServerUrl extends Context.Service<ServerUrl, string>()("@communications/server/ServerUrl") {}

/** Serves the API on a Node server. */
export const layer = ({
  host,
  port
}: Pick<Configuration, "host" | "port">): Layer.Layer<ServerUrl, StartupFailure, Ports> =>
  Layer.effect(
    ServerUrl,
    Effect.gen(function* () {
      const ports = yield* Effect.context<Ports>()
      const server = strictServer(listener(ports), makeLogUnserved(ports))
      return yield* listen(server, { host, port, variables: ["HOST", "PORT"] })
    })
  )
