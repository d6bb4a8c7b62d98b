/** The metrics of the process, and of the subscriptions in its database. */
import { declareMetric, Events, MetricsEnabled } from "@communications/core"
import { allCodes, requestMetrics } from "@communications/http"
import { postgresMetrics } from "@communications/postgres"
import { Duration, Effect, Layer, Metric, Schedule } from "effect"
import { version } from "../version.ts"

const own = {
  subscriptionLag: declareMetric(
    {
      name: "communications_subscription_lag_seconds",
      description: "The age of the first step after the position of a subscription; 0 if there is none",
      unit: "s",
      labels: ["subscription"]
    },
    (name, options) => Metric.gauge(name, options)
  ),
  parkedEvents: declareMetric(
    {
      name: "communications_subscription_parked_events",
      description: "Events that a subscription has parked because its handler failed too often",
      unit: "{event}",
      labels: ["subscription"]
    },
    (name, options) => Metric.gauge(name, options)
  ),
  eventLoopDelay: declareMetric(
    {
      name: "communications_event_loop_delay_seconds",
      description: "How much later than planned a timer ran, ten times a second",
      unit: "s",
      labels: []
    },
    (name, options) =>
      Metric.histogram(name, { ...options, boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] })
  ),
  buildInfo: declareMetric(
    {
      name: "communications_build_info",
      description: "The version of this software and of Node; the value is always 1",
      unit: "{process}",
      labels: ["version", "node"]
    },
    (name, options) => Metric.gauge(name, options)
  )
}

/** Every metric of the server, in the order of the docs. */
export const metrics = [
  requestMetrics.duration,
  requestMetrics.refusals,
  postgresMetrics.connectionsInUse,
  postgresMetrics.statementsWaiting,
  postgresMetrics.batchSize,
  own.subscriptionLag,
  own.parkedEvents,
  own.eventLoopDelay,
  own.buildInfo
] as const

const planned = 100

const measureEventLoop = Effect.gen(function* () {
  const began = performance.now()
  yield* Effect.sleep(planned)
  const delay = Math.max(0, performance.now() - began - planned)
  yield* Metric.update(own.eventLoopDelay.with({}), delay / 1_000)
})

/** Makes an effect that reads the backlogs. Those that it cannot read, or that are gone, are unknown, so it removes them. */
const makeMeasureBacklogs = () => {
  let shown: ReadonlyArray<string> = []
  return Effect.gen(function* () {
    const { backlogs } = yield* Events
    const found = yield* Effect.catch(backlogs, () => Effect.succeed([]))
    for (const { subscription, lag, parked } of found) {
      yield* Metric.update(own.subscriptionLag.with({ subscription }), Duration.toSeconds(lag))
      yield* Metric.update(own.parkedEvents.with({ subscription }), parked)
    }
    const present = found.map(({ subscription }) => subscription)
    for (const subscription of shown.filter((name) => !present.includes(name))) {
      yield* Metric.remove(own.subscriptionLag.with({ subscription }))
      yield* Metric.remove(own.parkedEvents.with({ subscription }))
    }
    shown = present
  })
}

/** Measures what no request does, if metrics are recorded. */
export const layer: Layer.Layer<never, never, Events> = Layer.effectDiscard(
  Effect.gen(function* () {
    if (!(yield* MetricsEnabled)) return
    yield* Metric.update(own.buildInfo.with({ version, node: process.version }), 1)
    // A rate needs a first value: Prometheus does not see an increase to the first value.
    for (const code of allCodes) yield* Metric.update(requestMetrics.refusals.with({ code }), 0)
    yield* Metric.value(own.eventLoopDelay.with({})) // shows it before it has a measurement
    yield* Effect.forkScoped(Effect.forever(measureEventLoop))
    yield* Effect.forkScoped(Effect.repeat(makeMeasureBacklogs(), Schedule.spaced("15 seconds")))
  })
)
