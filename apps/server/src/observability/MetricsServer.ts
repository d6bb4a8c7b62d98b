/** Serves the metrics to Prometheus, on an address of its own. */
import { createServer } from "node:http"
import { Effect, Layer, Option } from "effect"
import { PrometheusMetrics } from "effect/observability"
import type { Configuration } from "../Configuration.ts"
import { listen } from "../http/Listen.ts"
import type { StartupFailure } from "../StartupFailure.ts"

const contentType = { "content-type": "text/plain; version=0.0.4; charset=utf-8" }

/** Serves `GET /metrics` if there is a port for it. */
export const layer = ({
  metricsHost,
  metricsPort
}: Pick<Configuration, "metricsHost" | "metricsPort">): Layer.Layer<never, StartupFailure> =>
  Option.match(metricsPort, {
    onNone: () => Layer.empty,
    onSome: (port) =>
      Layer.effectDiscard(
        Effect.gen(function* () {
          const context = yield* Effect.context<never>()
          const server = createServer(({ method = "", url }, response) => {
            if (url !== "/metrics") response.writeHead(404).end()
            else if (method !== "GET" && method !== "HEAD") response.writeHead(405, { allow: "GET, HEAD" }).end()
            else response.writeHead(200, contentType).end(PrometheusMetrics.formatUnsafe(context))
          })
          const address = yield* listen(server, {
            host: metricsHost,
            port,
            variables: ["METRICS_HOST", "METRICS_PORT"]
          })
          yield* Effect.annotateLogs(Effect.logInfo("Metrics are served"), { metrics: `${address}/metrics` })
        })
      )
  })
