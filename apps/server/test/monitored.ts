import { readFileSync } from "node:fs"
import { Schema } from "effect"

const Dashboard = Schema.fromJsonString(
  Schema.Struct({
    panels: Schema.Array(
      Schema.Struct({ title: Schema.String, targets: Schema.Array(Schema.Struct({ expr: Schema.String })) })
    )
  })
)

/** The queries of the dashboard. */
export const dashboardQueries: ReadonlyArray<string> = Schema.decodeUnknownSync(Dashboard)(
  readFileSync("docs/grafana.json", "utf8")
).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** The alerts, as text. */
export const alerts = readFileSync("docs/alerts.yml", "utf8")

/** The names of the metrics in some queries; the series of a histogram have its name. */
export const metricsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/communications_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, "")))
