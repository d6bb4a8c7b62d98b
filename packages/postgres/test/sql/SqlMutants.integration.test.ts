import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { judgementOf } from "./judged.ts"
import { cases, findMutants, killerOf, migrated } from "./SqlMutants.ts"

/** Each mutant has a copy of the database: on a busy machine they take more than a minute. */
const limit = 10 * 60_000

/** The short form of `npm run test:conditions`: the statements of steps at once, without their check of the organisation. */
it.live(
  "a contract fails without any check of the organisation in a statement of several steps",
  () =>
    Effect.gen(function* () {
      const template = yield* migrated
      const stepsAtOnce = cases.filter(
        ({ clause, groupCommit }) => groupCommit === "all" && / steps at once /.test(clause)
      )
      const mutants = (yield* findMutants(template, stepsAtOnce)).filter(
        (mutant) =>
          mutant.size === "in a batch" &&
          /^\w+\.organisation = /.test(mutant.condition) &&
          judgementOf(mutant) === undefined
      )
      assert.isAbove(mutants.length, 5)
      for (const mutant of mutants) {
        const { condition, statement } = mutant
        assert.isDefined(yield* killerOf(template, mutant), `${condition}\n  in ${statement}`)
      }
    }),
  limit
)
