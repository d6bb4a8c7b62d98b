import { Console, Effect } from "effect"
import { configuration } from "./Configuration.ts"
import * as Database from "./Database.ts"
import { run } from "./run.ts"

run(
  Effect.flatMap(configuration, (configuration) =>
    Database.seeded.pipe(
      Effect.andThen(Console.log("The demonstration data is stored.")),
      Effect.provide(Database.layer(configuration))
    )
  )
)
