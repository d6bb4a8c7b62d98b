import { completeCommunication, toData } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Config, Console, Effect, Layer, Redacted } from "effect"

const Ports = Postgres.layer.pipe(Layer.provide(PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })))

const program = completeCommunication({
  token: Redacted.make("B679A1250F36F8D4DAF607B2D83ED551"),
  identifier: { number: "41" }
}).pipe(
  Effect.flatMap((completed) => Console.log(toData(completed).life_cycle_state)),
  Effect.catchTag("NotDraft", ({ number, life_cycle_state }) =>
    Console.log(`${number} is ${life_cycle_state} already`)
  ),
  Effect.provide(Ports)
)

await Effect.runPromise(program)
