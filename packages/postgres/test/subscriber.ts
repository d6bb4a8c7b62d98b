/** A process that stores each event it handles and prints a dot for it. It runs until it is killed. */
import { subscribe } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Config, Effect, Layer } from "effect"

const program = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const life = yield* Config.Int("LIFE")
  return yield* subscribe({
    subscription: "mail",
    steps: "all",
    every: "20 millis",
    lease: "300 millis",
    handler: ({ id, communication, version }) =>
      Effect.andThen(
        sql`
          INSERT INTO handled (event, communication, version, life)
          VALUES (${id}::uuid, ${communication}::uuid, ${version}, ${life})`,
        Effect.sync(() => process.stdout.write("."))
      )
  })
})

const database = () => PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })
const Ports = Postgres.layer.pipe(Layer.provide(database()))

await Effect.runPromise(Effect.provide(program, Layer.merge(Ports, database())))
