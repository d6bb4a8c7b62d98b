import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Database from "../Database.ts"
import { crowd } from "../demonstration/Demonstration.ts"
import { addDrafts, analyze } from "../demonstration/ManyDrafts.ts"
import { reasonOf } from "../ExternalDatabase.ts"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase } from "./OnDatabase.ts"
import { progress } from "./Progress.ts"

/** How many drafts a statement stores. */
const batch = 10_000

/** Stores drafts D1 to Dn, and tells how many of them were not there before. */
const seedDrafts = (count: number) =>
  Effect.gen(function* () {
    const { at } = yield* progress("Storing drafts", count)
    let [added, done] = [0, 0]
    const store = Effect.fnUntraced(function* (from: number) {
      const to = Math.min(from + batch - 1, count)
      const stored = yield* addDrafts({ ...crowd, from, to })
      added += stored
      done += to - from + 1
      yield* at(done)
    })
    yield* store(1)
    yield* analyze
    const others = Array.from({ length: Math.ceil(count / batch) - 1 }, (_, index) => 1 + (index + 1) * batch)
    yield* Effect.forEach(others, store, { concurrency: 2, discard: true })
    yield* analyze
    return added
  }).pipe(
    Effect.mapError(
      (error) =>
        new CommandFailure({
          message: `Stopped, since the database answered "${reasonOf(error)}": run the same command again, what is stored stays.`
        })
    ),
    Effect.scoped
  )

/** Stores the demonstration data. */
export const seed = Command.make(
  "seed",
  {
    drafts: Flag.Int("drafts").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Store N drafts more, D1 to DN, to see how the software does with many"),
      Flag.filter(
        (count) => count >= 0 && count <= 100_000_000,
        () => "expected 0 to 100000000"
      ),
      Flag.withDefault(0)
    )
  },
  ({ drafts }) =>
    Effect.gen(function* () {
      yield* Database.seeded
      yield* Console.log("The demonstration data is stored.")
      if (drafts === 0) return
      const added = yield* seedDrafts(drafts)
      yield* Console.log(
        `Drafts D1 to D${drafts} of CRMDEMO are stored: ${added} new, ${drafts - added} there already.`
      )
    }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("Store data to try the software with"),
  Command.withDescription(
    "Stores the demonstration data: the organisation CRMDEMO with the user demo, password demo, whose token is known to\n  everyone. Not for a database with real data. Running it again is safe: what is there already stays as it is."
  ),
  Command.withExamples([
    { command: "npm run cli -- seed", description: "A few communications of CRMDEMO" },
    { command: "npm run cli -- seed --drafts 1000000", description: "A million drafts more" }
  ])
)
