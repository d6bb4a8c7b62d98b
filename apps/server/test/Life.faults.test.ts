import { layerMemory, type Ports } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { isLong, record, seed } from "@communications/test-support/faults"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Layer, Logger, Redacted } from "effect"
import { live, sequences } from "./LifeModel.ts"
import { subjectOn } from "./LifeSubjects.ts"

const onPostgres = (groupCommit: "all" | "off") =>
  Postgres.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, groupCommit)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(
      PgClient.layerFrom(
        Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
      )
    )
  )

const systems: ReadonlyArray<{
  readonly name: string
  readonly surface: "library" | "HTTP"
  readonly ports: Layer.Layer<Ports, unknown>
  readonly runs: number
}> = [
  { name: "in memory", surface: "library", ports: layerMemory, runs: isLong ? 7_000 : 180 },
  { name: "on PostgreSQL", surface: "library", ports: onPostgres("off"), runs: isLong ? 1_000 : 40 },
  { name: "on PostgreSQL with group commit", surface: "library", ports: onPostgres("all"), runs: isLong ? 1_000 : 40 },
  {
    name: "over HTTP, on PostgreSQL with group commit",
    surface: "HTTP",
    ports: onPostgres("all"),
    runs: isLong ? 1_000 : 40
  }
]

describe("any sequence of calls has the results, the history and the events of the model", () => {
  for (const { name, surface, ports, runs } of systems) {
    it.live(
      name,
      (test) =>
        Effect.gen(function* () {
          const subject = yield* subjectOn(surface, ports)
          const counts = { calls: 0, refused: 0 }
          const result = yield* Arbitrary.checkEffect(
            sequences,
            (commands) =>
              Effect.tryPromise(() => live(commands, subject)).pipe(
                Effect.map((made) => {
                  counts.calls += made.calls
                  counts.refused += made.refused
                  return true
                })
              ),
            { runs, seed, concurrency: 8, size: 30 }
          )
          const failure = Arbitrary.formatCheckFailure(result)
          if (failure !== undefined) assert.fail(`FAULTS_SEED=${seed}: ${failure}`)
          record(test, { sequences: runs, ...counts, differences: 0 })
        }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
      300_000
    )
  }
})
