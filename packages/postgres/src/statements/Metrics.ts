/** The metrics of the PostgreSQL adapter. */
import { declareMetric } from "@communications/core"
import { Metric } from "effect"

/** The metrics of the PostgreSQL adapter. */
export const postgresMetrics = {
  connectionsInUse: declareMetric(
    {
      name: "communications_connections_in_use",
      description: "Connections to the database that run a statement",
      unit: "{connection}",
      labels: []
    },
    (name, options) => Metric.gauge(name, options)
  ),
  statementsWaiting: declareMetric(
    {
      name: "communications_statements_waiting",
      description: "Statements that wait for a connection, or for the share of connections of their kind of work",
      unit: "{statement}",
      labels: []
    },
    (name, options) => Metric.gauge(name, options)
  ),
  batchSize: declareMetric(
    {
      name: "communications_batch_size",
      description: "How many requests each batch had, by method of the port",
      unit: "{request}",
      labels: ["method"]
    },
    (name, options) => Metric.histogram(name, { ...options, boundaries: [1, 2, 4, 8, 16, 32, 64, 128] })
  )
}
