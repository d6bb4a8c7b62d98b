/** The metrics of requests. */
import { declareMetric } from "@communications/core"
import { Metric } from "effect"

/** The metrics of requests. */
export const requestMetrics = {
  duration: declareMetric(
    {
      name: "communications_request_duration_seconds",
      description:
        "How long requests took, except those whose client did not wait for the response; the operation is none if their path has no route",
      unit: "s",
      labels: ["operation", "code"]
    },
    (name, options) =>
      Metric.histogram(name, {
        ...options,
        boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
      })
  ),
  refusals: declareMetric(
    {
      name: "communications_refusals_total",
      description:
        "Refused requests, also those that are not valid HTTP; throttled log-ins have the code TOO_MANY_ATTEMPTS",
      unit: "{request}",
      labels: ["code"]
    },
    (name, options) => Metric.counter(name, { ...options, incremental: true })
  )
}
