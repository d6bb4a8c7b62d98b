/** Wires the server: configuration → database → HTTP. */
import { AllowedOrigins, MaxBody, TrustedProxies } from "@communications/http"
import { Effect, Layer, References } from "effect"
import * as Announcement from "./Announcement.ts"
import { type Configuration, configuration } from "./Configuration.ts"
import * as Database from "./Database.ts"
import * as HttpServer from "./http/HttpServer.ts"
import * as Log from "./Log.ts"
import * as MetricsServer from "./observability/MetricsServer.ts"
import * as ServerMetrics from "./observability/ServerMetrics.ts"
import * as Telemetry from "./observability/Telemetry.ts"

const layer = (configuration: Configuration) =>
  Announcement.layer(configuration).pipe(
    Layer.provide(HttpServer.layer(configuration)),
    // Before the API: a server whose port for metrics is in use must not serve first.
    Layer.provide(MetricsServer.layer(configuration)),
    Layer.merge(ServerMetrics.layer),
    Layer.provide(Database.layer(configuration)),
    Layer.provide(Layer.succeed(TrustedProxies, configuration.proxies)),
    Layer.provide(Layer.succeed(MaxBody, configuration.maxBody)),
    Layer.provide(Layer.succeed(AllowedOrigins, configuration.corsOrigins)),
    Layer.provide(Telemetry.layer(configuration)),
    Layer.provide(Log.layer),
    Layer.provide(Layer.succeed(References.MinimumLogLevel, configuration.logLevel))
  )

/** Runs the server. It listens once its database is ready, and closes the database after the last response. */
export const serve = Effect.flatMap(configuration, (configuration) => Layer.launch(layer(configuration)))
