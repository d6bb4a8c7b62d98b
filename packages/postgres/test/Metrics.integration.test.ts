import { Communications, MetricsEnabled, OrganisationId } from "@communications/core"
import { freshId } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber, Layer, Metric, Redacted } from "effect"
import postgres from "postgres"
import { expect, it } from "vitest"

it("the metrics of connections count the statements that run, and those that wait for a share or for the pool", async () => {
  const url = await Effect.runPromise(freshDatabase)
  const registry: Metric.MetricRegistry = new Map()
  const client = PgClient.layer({ url: Redacted.make(url), maxConnections: 10 })
  const ports = Layer.provideMerge(Postgres.layer, client).pipe(
    Layer.provideMerge(Layer.succeed(MetricsEnabled, true)),
    Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, registry))
  )
  const other = postgres(url, { max: 1, onnotice: () => {} })
  const value = (metric: Metric.Gauge<number>) => Effect.map(Metric.value(metric), ({ value }) => value)
  const counts = Effect.all([
    value(Postgres.postgresMetrics.connectionsInUse.with({})),
    value(Postgres.postgresMetrics.statementsWaiting.with({}))
  ])
  await Effect.gen(function* () {
    yield* Postgres.migrate
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    const communications = yield* Communications
    expect(yield* counts).toEqual([0, 0])
    const locked = Promise.withResolvers<void>()
    const unlock = Promise.withResolvers<void>()
    const lock = other.begin(async (sql) => {
      await sql`LOCK TABLE communications.communications`
      locked.resolve()
      await unlock.promise
    })
    yield* Effect.promise(() => locked.promise)
    const list = communications.list(OrganisationId.make(freshId()), { life_cycle_state: "DRAFT", offset: 0, limit: 1 })
    const lists = yield* Effect.forkChild(
      Effect.all(
        Array.from({ length: 8 }, () => list),
        { concurrency: "unbounded" }
      )
    )
    yield* Effect.promise(() => expect.poll(() => run(counts)).toEqual([1, 7]))
    unlock.resolve()
    yield* Effect.promise(() => lock)
    yield* Fiber.join(lists)
    expect(yield* counts).toEqual([0, 0])
  }).pipe(Effect.provide(ports), Effect.ensuring(Effect.promise(() => other.end())), Effect.runPromise)
  expect(registry.size).toBe(0)
}, 60_000)

it("metrics that are not enabled are not registered", async () => {
  const registry: Metric.MetricRegistry = new Map()
  const ports = Postgres.layer.pipe(
    Layer.provide(PgClient.layer({ url: Redacted.make(await Effect.runPromise(freshDatabase)) })),
    Layer.provide(Layer.succeed(Metric.MetricRegistry, registry))
  )
  await Effect.runPromise(
    Effect.provide(
      Effect.sync(() => expect(registry.size).toBe(0)),
      ports
    )
  )
})
