import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import * as Database from "../Database.ts"
import { manyDrafts } from "../demonstration/Demonstration.ts"
import { addDrafts, analyze } from "../demonstration/ManyDrafts.ts"
import { reasonOf } from "../ExternalDatabase.ts"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase } from "./OnDatabase.ts"
import { progress } from "./Progress.ts"

/** The number of drafts in one statement. */
const batchSize = 10_000

/** Stores drafts D1 to Dn, and returns how many of them are new. */
const seedDrafts = (count: number) =>
  Effect.gen(function* () {
    const { at } = yield* progress("Storing drafts", count)
    let [added, done] = [0, 0]
    const store = Effect.fnUntraced(function* (from: number) {
      const to = Math.min(from + batchSize - 1, count)
      const stored = yield* addDrafts({ ...manyDrafts, from, to })
      added += stored
      done += to - from + 1
      yield* at(done)
    })
    yield* store(1)
    yield* analyze
    const others = Array.from({ length: Math.ceil(count / batchSize) - 1 }, (_, index) => 1 + (index + 1) * batchSize)
    yield* Effect.forEach(others, store, { concurrency: 2, discard: true })
    yield* analyze
    return added
  }).pipe(
    Effect.mapError(
      (error) =>
        new CommandFailure({
          message: `Stopped because the database reported "${reasonOf(error)}": run the command again; it keeps the data that is already stored.`
        })
    ),
    Effect.scoped
  )

/** The command that stores the demonstration data. */
export const seed = Command.make(
  "seed",
  {
    drafts: Flag.String("drafts").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Also store N drafts, D1 to DN, to try the software with many communications"),
      Flag.filterMap(
        (text) => (/^\d+$/.test(text) && Number(text) <= 100_000_000 ? Option.some(Number(text)) : Option.none()),
        () => "expected a whole number from 0 to 100000000"
      ),
      Flag.withDefault(0)
    )
  },
  ({ drafts }) =>
    Effect.gen(function* () {
      yield* Database.seed
      yield* Console.log("Stored the demonstration data.")
      if (drafts === 0) return
      const added = yield* seedDrafts(drafts)
      yield* Console.log(`Stored drafts D1 to D${drafts} of CRMDEMO: ${added} new, ${drafts - added} already existed.`)
    }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("Store demonstration data"),
  Command.withDescription(
    "Stores the demonstration data: the organisation CRMDEMO with the user demo and the password demo. The token of this\n  user is public, so never use a database with real data. It is safe to run again: existing data does not change."
  ),
  Command.withExamples([
    { command: `${commandLine} seed`, description: "A few communications of CRMDEMO" },
    { command: `${commandLine} seed --drafts 1000000`, description: "And a million drafts" }
  ])
)
