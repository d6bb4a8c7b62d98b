/** The composition: configuration → database → HTTP. */
import * as Http from "@communications/http"
import { Effect, Layer, Logger, References } from "effect"
import * as Announcement from "./Announcement.ts"
import { type Configuration, configuration } from "./Configuration.ts"
import * as Database from "./Database.ts"
import * as HttpServer from "./HttpServer.ts"
import * as Shortcut from "./Shortcut.ts"
import * as Upkeep from "./Upkeep.ts"

const layer = (configuration: Configuration) => {
  const database = Database.layer(configuration)
  const httpServer = HttpServer.layer(configuration).pipe(Layer.provide(database))
  return Announcement.layer(configuration).pipe(
    Layer.provide(Layer.merge(Http.serve, Shortcut.layer)),
    Layer.provide(Layer.succeed(Http.TrustedProxies, configuration.proxies)),
    Layer.provide(httpServer),
    Layer.merge(Upkeep.layer(configuration)),
    Layer.provide(database),
    Layer.provide(Logger.layer([Logger.consoleJson])),
    Layer.provide(Layer.succeed(References.MinimumLogLevel, configuration.logLevel))
  )
}

/** The whole server. It listens when its database is ready, and closes its database when the last answer is sent. */
export const serve = Effect.flatMap(configuration, (configuration) =>
  Effect.catchTag(Layer.launch(layer(configuration)), "ServeError", HttpServer.explain(configuration))
)
