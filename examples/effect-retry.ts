import { completeCommunication, parseCaller } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Config, Console, Effect, Layer, Schedule } from "effect"

const Database = PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })
const user = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

// #region post
/** Notes that a letter was posted, and completes it: both or neither. */
const post = Effect.fnUntraced(function* (number: string) {
  const sql = yield* PgClient.PgClient
  const caller = yield* Effect.fromResult(parseCaller(user))
  const note = sql`INSERT INTO posted_letters (number) VALUES (${number})`
  const complete = completeCommunication({ caller, communication_identifier: { number } })
  return yield* sql.withTransaction(Effect.andThen(note, complete)).pipe(
    Effect.retry({
      while: (error) =>
        (error._tag === "StorageUnavailable" && error.reason === "conflict") ||
        (error._tag === "SqlError" && ["SerializationError", "DeadlockError"].includes(error.reason._tag)),
      schedule: Schedule.jittered(Schedule.exponential("20 millis")),
      times: 4
    })
  )
})
// #endregion

const program = post("41").pipe(
  Effect.flatMap(({ _tag }) => Console.log(_tag)),
  Effect.catchTag("NotDraft", ({ message }) => Console.log(message)),
  Effect.provide(Postgres.layer.pipe(Layer.provideMerge(Database)))
)

await Effect.runPromise(program)
